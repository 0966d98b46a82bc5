/** The exercises: what is to be written, what is given, and a solution, in both editions and languages. */
import type { Edition } from './answers.js';

export const EXERCISES = ['contentCost', 'gramMatrix', 'layerStyleCost', 'totalCost', 'loop'] as const;
export type Exercise = (typeof EXERCISES)[number];
export type Language = 'en' | 'ko';

/** A learner's code by exercise. */
export type Sources = Readonly<Record<Exercise, string>>;

/** The function that an exercise asks for. */
export function functionOf(exercise: Exercise, edition: Edition): string {
  if (exercise === 'loop') return edition === 'first' ? 'modelNN' : 'trainStep';
  return {
    contentCost: 'computeContentCost',
    gramMatrix: 'gramMatrix',
    layerStyleCost: 'computeLayerStyleCost',
    totalCost: 'totalCost',
  }[exercise];
}

/** Exercises whose functions a function calls. */
export function callsOf(exercise: Exercise, edition: Edition): readonly Exercise[] {
  if (exercise === 'layerStyleCost') return ['gramMatrix'];
  return exercise === 'loop' && edition === 'later' ? ['contentCost', 'gramMatrix', 'layerStyleCost', 'totalCost'] : [];
}

/** A comment in both languages, and code. */
type Line = string | { readonly en: string; readonly ko: string };

const note = (en: string, ko: string): Line => ({ en, ko });

const texts: Readonly<
  Record<Exercise, Readonly<Record<Edition, { skeleton: readonly Line[]; solution: readonly Line[] }>>>
> = {
  contentCost: {
    first: content('function computeContentCost(aC: Tensor, aG: Tensor): Tensor {', []),
    later: content('function computeContentCost(contentOutput: Tensor[], generatedOutput: Tensor[]): Tensor {', [
      note('  // The last layer of each list is the content layer.', '  // 두 목록의 마지막 층이 콘텐츠 층입니다.'),
      '  const aC = contentOutput[contentOutput.length - 1];',
      '  const aG = generatedOutput[generatedOutput.length - 1];',
      '',
    ]),
  },
  gramMatrix: both({
    skeleton: [
      'function gramMatrix(A: Tensor): Tensor {',
      note('  // A is [nC, nH * nW]. The result is [nC, nC].', '  // A는 [nC, nH * nW]이고 결과는 [nC, nC]입니다.'),
      '  const GA = undefined;',
      '',
      '  return GA;',
      '}',
    ],
    solution: ['function gramMatrix(A: Tensor): Tensor {', '  return tf.matMul(A, tf.transpose(A));', '}'],
  }),
  layerStyleCost: both({
    skeleton: [
      'function computeLayerStyleCost(aS: Tensor, aG: Tensor): Tensor {',
      '  const [m, nH, nW, nC] = aG.shape;',
      '',
      note(
        '  // 1. Unroll both to [nC, nH * nW]: which axis has to come first?',
        '  // 1. 둘 다 [nC, nH * nW]로 펼칩니다. 어느 축이 먼저 와야 할까요?',
      ),
      '',
      note('  // 2. Their Gram matrices.', '  // 2. 각각의 그람 행렬을 구합니다.'),
      '',
      note(
        '  // 3. The cost: 1 / (4 nC² (nH nW)²) times the sum of squared differences.',
        '  // 3. 비용: 차이의 제곱을 모두 더해 4 nC² (nH nW)²으로 나눕니다.',
      ),
      '  const JStyleLayer = undefined;',
      '',
      '  return JStyleLayer;',
      '}',
    ],
    solution: [
      'function computeLayerStyleCost(aS: Tensor, aG: Tensor): Tensor {',
      '  const [m, nH, nW, nC] = aG.shape;',
      '  const unroll = (a: Tensor) => tf.transpose(tf.reshape(a, [nH * nW, nC]));',
      '  const GS = gramMatrix(unroll(aS));',
      '  const GG = gramMatrix(unroll(aG));',
      '  const sum = tf.reduceSum(tf.square(tf.subtract(GS, GG)));',
      '  return tf.multiply(1 / (4 * nC ** 2 * (nH * nW) ** 2), sum);',
      '}',
    ],
  }),
  totalCost: both({
    skeleton: [
      'function totalCost(JContent: Tensor, JStyle: Tensor, alpha = 10, beta = 40): Tensor {',
      note(
        '  // alpha weighs the content, beta the style.',
        '  // alpha는 콘텐츠의 가중치, beta는 스타일의 가중치입니다.',
      ),
      '  const J = undefined;',
      '',
      '  return J;',
      '}',
    ],
    solution: [
      'function totalCost(JContent: Tensor, JStyle: Tensor, alpha = 10, beta = 40): Tensor {',
      '  return tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle));',
      '}',
    ],
  }),
  loop: {
    first: {
      skeleton: [
        'function modelNN(session: Session, inputImage: Image, numIterations = 200): Image {',
        note(
          '  // 1. Assign inputImage to the picture of the model.',
          '  // 1. inputImage를 모델의 입력 이미지에 대입합니다.',
        ),
        '',
        '  for (let i = 0; i < numIterations; i++) {',
        note('    // 2. Run a training step.', '    // 2. 학습 스텝을 한 번 실행합니다.'),
        '',
        note('    // 3. Take the picture as it is now.', '    // 3. 지금의 이미지를 가져옵니다.'),
        '',
        note(
          '    // 4. Every 20 iterations: take J, JContent and JStyle, print them, and save',
          '    // 4. 20번마다 J, JContent, JStyle을 구해 출력하고',
        ),
        note('    //    the picture as output/<i>.png.', '    //    이미지를 output/<i>.png로 저장합니다.'),
        '  }',
        '',
        note(
          '  // 5. Save the picture as output/generated_image.jpg and return it.',
          '  // 5. 이미지를 output/generated_image.jpg로 저장하고 반환합니다.',
        ),
        '}',
      ],
      solution: [
        'function modelNN(session: Session, inputImage: Image, numIterations = 200): Image {',
        '  session.run(model.input.assign(inputImage));',
        '  for (let i = 0; i < numIterations; i++) {',
        '    session.run(trainStep);',
        '    if (i % 20 === 0) {',
        '      const [Jt, Jc, Js] = session.run([J, JContent, JStyle]);',
        // biome-ignore-start lint/suspicious/noTemplateCurlyInString: code as text.
        '      print(`Iteration ${i} :`);',
        '      print(`total cost = ${Jt}`);',
        '      print(`content cost = ${Jc}`);',
        '      print(`style cost = ${Js}`);',
        '      saveImage(`output/${i}.png`, session.run(model.input));',
        // biome-ignore-end lint/suspicious/noTemplateCurlyInString: code as text.
        '    }',
        '  }',
        '  const generatedImage = session.run(model.input);',
        "  saveImage('output/generated_image.jpg', generatedImage);",
        '  return generatedImage;',
        '}',
      ],
    },
    later: {
      skeleton: [
        'function trainStep(generatedImage: Picture): Tensor {',
        note(
          '  // 1. aG: what all layers see in generatedImage.',
          '  // 1. aG: generatedImage에 대한 모든 층의 출력입니다.',
        ),
        '',
        note('  // 2. The style cost, of aS and aG.', '  // 2. aS와 aG로 스타일 비용을 구합니다.'),
        '',
        note('  // 3. The content cost, of aC and aG.', '  // 3. aC와 aG로 콘텐츠 비용을 구합니다.'),
        '',
        note(
          '  // 4. The total cost, with alpha 10 and beta 40.',
          '  // 4. alpha 10, beta 40으로 전체 비용을 구합니다.',
        ),
        '  const J = undefined;',
        '',
        note(
          '  // 5. The gradient of J, one update, and the picture clipped to 0..1.',
          '  // 5. J의 기울기를 구해 한 번 갱신하고, 이미지를 0..1로 클리핑합니다.',
        ),
        '',
        '  return J;',
        '}',
      ],
      solution: [
        'function trainStep(generatedImage: Picture): Tensor {',
        '  const aG = vggModelOutputs(generatedImage);',
        '  const JStyle = computeStyleCost(aS, aG);',
        '  const JContent = computeContentCost(aC, aG);',
        '  const J = totalCost(JContent, JStyle, 10, 40);',
        '  const gradient = tf.gradient(J, generatedImage);',
        '  optimizer.applyGradients([[gradient, generatedImage]]);',
        '  generatedImage.assign(clip01(generatedImage));',
        '  return J;',
        '}',
      ],
    },
  },
};

function both<T>(text: T): Readonly<Record<Edition, T>> {
  return { first: text, later: text };
}

function content(head: string, given: readonly Line[]) {
  return {
    skeleton: [
      head,
      ...given,
      note(
        '  // Of one picture: [m, nH, nW, nC] with m = 1.',
        '  // 이미지 한 장이므로 [m, nH, nW, nC]에서 m은 1입니다.',
      ),
      '  const [m, nH, nW, nC] = aG.shape;',
      '',
      note(
        '  // 1 / (4 nH nW nC) times the sum of the squared differences.',
        '  // 차이의 제곱을 모두 더해 4 nH nW nC로 나눕니다.',
      ),
      '  const JContent = undefined;',
      '',
      '  return JContent;',
      '}',
    ],
    solution: [
      head,
      ...given,
      '  const [m, nH, nW, nC] = aG.shape;',
      '  const sum = tf.reduceSum(tf.square(tf.subtract(aC, aG)));',
      '  return tf.multiply(1 / (4 * nH * nW * nC), sum);',
      '}',
    ],
  };
}

const written = (lines: readonly Line[], language: Language) =>
  `${lines.map((line) => (typeof line === 'string' ? line : line[language])).join('\n')}\n`;

/** What a learner starts from. */
export const skeletonOf = (exercise: Exercise, edition: Edition, language: Language): string =>
  written(texts[exercise][edition].skeleton, language);

export const solutionOf = (exercise: Exercise, edition: Edition): string =>
  written(texts[exercise][edition].solution, 'en');

/** Something of every exercise. */
export const byExercise = <T>(of: (exercise: Exercise) => T): Readonly<Record<Exercise, T>> =>
  Object.fromEntries(EXERCISES.map((exercise) => [exercise, of(exercise)])) as Record<Exercise, T>;

export const skeletons = (edition: Edition, language: Language): Sources =>
  byExercise((exercise) => skeletonOf(exercise, edition, language));

export const solutions = (edition: Edition): Sources => byExercise((exercise) => solutionOf(exercise, edition));
