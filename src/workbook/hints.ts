/** Three hints for each exercise, each saying more than the one before; after them comes the solution. */
import type { Edition } from './answers.js';
import type { Exercise, Language } from './exercises.js';

type Hints = readonly [Hint, Hint, Hint];
type Hint = Readonly<Record<Language, string>>;

const hint = (en: string, ko: string): Hint => ({ en, ko });

const HINTS: Readonly<Record<Exclude<Exercise, 'loop'>, Hints>> = {
  contentCost: [
    hint(
      'Three things happen to the activations, in this order: subtract, square, sum.',
      '활성값을 차례로 빼고, 제곱하고, 더합니다.',
    ),
    hint(
      'tf.subtract(aC, aG), tf.square(...), tf.reduceSum(...): without an axis the sum is over everything.',
      'tf.subtract(aC, aG), tf.square(...), tf.reduceSum(...)입니다. axis가 없으면 전체를 더합니다.',
    ),
    hint(
      'Divide by 4 * nH * nW * nC: tf.divide(sum, 4 * nH * nW * nC).',
      '4 * nH * nW * nC로 나눕니다: tf.divide(sum, 4 * nH * nW * nC).',
    ),
  ],
  gramMatrix: [
    hint(
      'Entry (i, j) is the inner product of rows i and j of A. Which product of matrices does that for all pairs?',
      '(i, j) 원소는 A의 i행과 j행의 내적입니다. 모든 쌍의 내적을 한 번에 구하는 행렬 곱은 무엇일까요?',
    ),
    hint(
      'A is [nC, nH nW], and [nC, nC] is wanted: the second factor must be [nH nW, nC].',
      'A는 [nC, nH nW]이고 결과는 [nC, nC]이므로 두 번째 인수는 [nH nW, nC]여야 합니다.',
    ),
    hint('tf.matMul(A, tf.transpose(A)).', 'tf.matMul(A, tf.transpose(A))입니다.'),
  ],
  layerStyleCost: [
    hint(
      'Channels come last in [1, nH, nW, nC], and gramMatrix wants them first.',
      '[1, nH, nW, nC]에서는 채널이 마지막인데 gramMatrix에는 채널이 먼저 와야 합니다.',
    ),
    hint(
      'Reshape to [nH * nW, nC] first, so that each row is one place, and transpose then.',
      '먼저 [nH * nW, nC]로 reshape해 한 행이 한 위치가 되게 한 다음 전치합니다.',
    ),
    hint(
      'Sum the squared differences of the two Gram matrices and divide by 4 * nC ** 2 * (nH * nW) ** 2.',
      '두 그람 행렬의 차이를 제곱해 더하고 4 * nC ** 2 * (nH * nW) ** 2로 나눕니다.',
    ),
  ],
  totalCost: [
    hint('Each cost has its weight; the two products are added.', '비용마다 가중치를 곱한 다음 더합니다.'),
    hint(
      'Tensors are multiplied by numbers with tf.multiply(alpha, JContent).',
      '텐서에 수를 곱할 때는 tf.multiply(alpha, JContent)처럼 씁니다.',
    ),
    hint(
      'tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle)).',
      'tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle))입니다.',
    ),
  ],
};

const LOOP: Readonly<Record<Edition, Hints>> = {
  first: [
    hint(
      'Nothing happens outside of session.run: it assigns, trains, and gives pictures and costs.',
      '대입, 학습, 이미지와 비용 가져오기는 모두 session.run으로 합니다.',
    ),
    hint(
      'Before the loop session.run(model.input.assign(inputImage)); in it session.run(trainStep), then session.run(model.input).',
      '반복문 앞에서 session.run(model.input.assign(inputImage)), 안에서 session.run(trainStep) 다음에 session.run(model.input)을 실행합니다.',
    ),
    hint(
      'if (i % 20 === 0) { const [Jt, Jc, Js] = session.run([J, JContent, JStyle]); print each; saveImage(...) }.',
      'if (i % 20 === 0) { const [Jt, Jc, Js] = session.run([J, JContent, JStyle]); 각각 출력하고 saveImage(...) }입니다.',
    ),
  ],
  later: [
    hint(
      'First the costs of the picture as it is, then one change of the picture.',
      '먼저 지금 이미지의 비용을 구하고, 그다음 이미지를 한 번 바꿉니다.',
    ),
    hint(
      'aG = vggModelOutputs(generatedImage); computeStyleCost(aS, aG); computeContentCost(aC, aG); totalCost(...).',
      'aG = vggModelOutputs(generatedImage), computeStyleCost(aS, aG), computeContentCost(aC, aG), totalCost(...)입니다.',
    ),
    hint(
      'tf.gradient(J, generatedImage), optimizer.applyGradients([[gradient, generatedImage]]), then generatedImage.assign(clip01(generatedImage)).',
      'tf.gradient(J, generatedImage), optimizer.applyGradients([[gradient, generatedImage]]), 그다음 generatedImage.assign(clip01(generatedImage))입니다.',
    ),
  ],
};

export const hintsOf = (exercise: Exercise, edition: Edition, language: Language): readonly string[] =>
  (exercise === 'loop' ? LOOP[edition] : HINTS[exercise]).map((each) => each[language]);
