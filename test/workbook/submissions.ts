/** Wrong submissions, each with the sentence that it must get, and right ones in different ways. */
import type { Edition } from '../../src/workbook/answers.js';
import type { Exercise } from '../../src/workbook/exercises.js';

export interface Wrong {
  readonly exercise: Exercise;
  readonly edition?: Edition;
  readonly code: string;
  readonly sentence: string;
  readonly line?: number;
}

const content = (body: string) => `function computeContentCost(aC: Tensor, aG: Tensor): Tensor {
  const [m, nH, nW, nC] = aG.shape;
  ${body}
}`;
const gram = (body: string) => `function gramMatrix(A: Tensor): Tensor {
  ${body}
}`;
const style = (body: string) => `function computeLayerStyleCost(aS: Tensor, aG: Tensor): Tensor {
  const [m, nH, nW, nC] = aG.shape;
  const unroll = (a: Tensor) => tf.transpose(tf.reshape(a, [nH * nW, nC]));
  ${body}
}`;
const SUM = 'tf.reduceSum(tf.square(tf.subtract(gramMatrix(unroll(aS)), gramMatrix(unroll(aG)))))';
const total = (body: string, weights = 'alpha = 10, beta = 40') =>
  `function totalCost(JContent: Tensor, JStyle: Tensor, ${weights}): Tensor {
  ${body}
}`;
const model = ({
  assign = 'session.run(model.input.assign(inputImage));',
  loop = 'let i = 0; i < numIterations; i++',
  train = 'session.run(trainStep);',
  when = 'i % 20 === 0',
  costs = 'session.run([J, JContent, JStyle])',
  print = 'print(`${i} ${Jt} ${Jc} ${Js}`);',
  save = 'saveImage(`output/${i}.png`, session.run(model.input));',
  end = "saveImage('output/generated_image.jpg', session.run(model.input)); return session.run(model.input);",
  before = '',
}) => `function modelNN(session: Session, inputImage: Image, numIterations = 200): Image {
  ${assign}
  for (${loop}) {
    ${before}
    ${train}
    if (${when}) {
      const [Jt, Jc, Js] = ${costs};
      ${print}
      ${save}
    }
  }
  ${end}
}`;
const step = ({
  aG = 'const aG = vggModelOutputs(generatedImage);',
  JStyle = 'computeStyleCost(aS, aG)',
  JContent = 'computeContentCost(aC, aG)',
  J = 'totalCost(JContent, JStyle, 10, 40)',
  of = 'J',
  apply = 'optimizer.applyGradients([[gradient, generatedImage]]);',
  assign = 'generatedImage.assign(clip01(generatedImage));',
  end = 'return J;',
}) => `function trainStep(generatedImage: Picture): Tensor {
  ${aG}
  const JStyle = ${JStyle};
  const JContent = ${JContent};
  const J = ${J};
  const gradient = tf.gradient(${of}, generatedImage);
  ${apply}
  ${assign}
  ${end}
}`;

type Row = readonly [code: string, sentence: string, line?: number];
const rows = (exercise: Exercise, edition: Edition, list: readonly Row[]): Wrong[] =>
  list.map(([code, sentence, line]) => ({
    exercise,
    edition,
    code,
    sentence,
    ...(line === undefined ? {} : { line }),
  }));

export const WRONG: readonly Wrong[] = [
  ...rows('contentCost', 'first', [
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aG))), nH * nW * nC);'),
      '27.0624: four times too large; the 4 in the denominator is missing.',
    ],
    [content('return tf.reduceSum(tf.square(tf.subtract(aC, aG)));'), '1298.99: the sum is not divided by 4 nH nW nC.'],
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aG))), 4);'),
      '324.748: divided by 4 alone; nH nW nC is missing in the denominator.',
    ],
    [
      content('return tf.divide(tf.reduceMean(tf.square(tf.subtract(aC, aG))), 4 * nH * nW * nC);'),
      '0.14095: a mean is divided again; reduceMean divides by nH nW nC already: use reduceSum.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aG))), 2 * nH * nW * nC);'),
      '13.5312: 2 times the right value, at every size: look at the constant.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aG))), 4 * nH * nC);'),
      '27.0624: nW times the right value: look at the sizes that you divide by.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aC))), 4 * nH * nW * nC);'),
      '0: aG is not compared with aC; is one of them compared with itself?',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.square(aG)), 4 * nH * nW * nC);'),
      '2.88328: aC is not compared with aG; is one of them compared with itself?',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.subtract(aC, aG)), 4 * nH * nW * nC);'),
      '-0.0106649: the differences are added without being squared.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.abs(tf.subtract(aC, aG))), 4 * nH * nW * nC);'),
      '1.09051: absolute differences are added where squares are due.',
    ],
    [
      content('return tf.divide(tf.square(tf.reduceSum(tf.subtract(aC, aG))), 4 * nH * nW * nC);'),
      '0.0218381: the differences are added before they are squared: square each, then add.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.square(tf.subtract(aC, aG)))), 4 * nH * nW * nC);'),
      '417.227: the differences are squared once too often.',
    ],
    [
      content('return tf.square(tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aG))), 4 * nH * nW * nC));'),
      '45.7732: the sum itself is squared, too: squared once too often.',
    ],
    [
      content('return tf.sqrt(tf.reduceSum(tf.square(tf.subtract(aC, aG))));'),
      '36.0416: a square root is taken, as for a norm: the cost has none.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.add(aC, aG))), 4 * nH * nW * nC);'),
      '7.38577: the activations are added where they have to be subtracted.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.subtract(tf.square(aC), tf.square(aG))), 4 * nH * nW * nC);'),
      '1.30911: squares are subtracted: subtract first, then square.',
    ],
    [
      content('return tf.divide(tf.square(tf.subtract(aC, aG)), 4 * nH * nW * nC);'),
      'A cost is one number, of shape [], but the result has shape [1, 4, 4, 3]: sum over all axes.',
    ],
    [
      content('return tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aG))), 192);'),
      "Right for the notebook's size, wrong for others: use the sizes of the tensor instead of numbers.",
    ],
    [
      content('return tf.reduceSum(tf.square(tf.subtract(aC, tf.multiply(aG, 3))));'),
      '5608.64: two equal activations cost 3219.76 where 0 is due.',
    ],
    [
      content('return tf.reduceSum(tf.multiply(tf.subtract(aC, aG), tf.square(aC)));'),
      '769.234: with aC, aG exchanged the cost is 548.437; it has to stay the same.',
    ],
    [
      content(`const top = (x: Tensor) => tf.slice(x, [0, 0, 0, 0], [-1, 2, -1, -1]);
  return tf.divide(tf.reduceSum(tf.squaredDifference(top(aC), top(aG))), 4 * nH * nW * nC);`),
      '3.55804: with the positions of both activations in another order the cost is 3.20756; it has to stay the same.',
    ],
    [
      content('return 6.76559;'),
      'The number 6.76559 is returned where a tensor is due: it cannot depend on the picture.',
    ],
    [content('return tf.scalar(6.76559);'), '6.76559 comes out whatever the activations are: neither of them is used.'],
    [
      content('return aC - aG;'),
      'A tensor cannot be used with + - * / or compared: write tf.multiply(a, b), tf.subtract(a, b) and so on.',
      3,
    ],
    [
      content('const x = tf.reduceSum(tf.square(tf.subtract(aC, aG))) / 4;\n  return x;'),
      'A tensor cannot be used with + - * / or compared: write tf.multiply(a, b), tf.subtract(a, b) and so on.',
      3,
    ],
    [
      content('return tf.divide(tf.sum(tf.square(tf.subtract(aC, aG))), 4 * nH * nW * nC);'),
      'There is no operation sum: here it is called reduceSum.',
      3,
    ],
    [content('return aC.sub(aG);'), 'There is no operation sub: here it is called subtract.', 3],
    [content('return tf.frobenius(aC, aG);'), 'There is no operation frobenius: see the list of operations.', 3],
    [
      content('return tf.subtract(tf.reshape(aC, [nC, nH]), aG);'),
      'reshape cannot make [3, 4] of [1, 4, 4, 3]: 48 numbers have to stay 48.',
      3,
    ],
    [
      content('return tf.subtract(aC, tf.transpose(aG));'),
      'subtract needs shapes that fit each other but received [1, 3, 5, 7] and [7, 5, 3, 1].',
      3,
    ],
    [
      content('return tf.multiply(1 / (4 * nH * nW * depth), tf.reduceSum(aC));'),
      'There is no depth here: the operations are in tf, as in tf.reshape.',
      3,
    ],
    [
      content('return tf.multiply(1 / (4 * nH * nW * aG.channels), tf.reduceSum(aC));'),
      'There is no operation channels: see the list of operations.',
      3,
    ],
    [
      content('return tf.multiply(undefined, aC);'),
      'multiply needs a tensor or a number as argument 1 but received undefined.',
      3,
    ],
    [
      content('return tf.log(tf.negative(tf.reduceSum(tf.square(tf.subtract(aC, aG)))));'),
      'The result is NaN: look for a division by 0 or by a size that is undefined.',
    ],
    [content('return [1, 2];'), 'A tensor is due but a list of 2 is returned.'],
    [content('const sum = tf.reduceSum(;\n  return sum;'), 'This does not parse: Unexpected token.', 3],
    [
      content('const a = 1;\n  const a = 2;\n  return a;'),
      "This does not parse: Identifier 'a' has already been declared.",
      4,
    ],
    [content('while (true) {}'), 'This ran for 5 seconds without an end: is there a loop that never stops?'],
    [
      content('const list = []; while (true) list.push(new Array(100000).fill(1));'),
      'This needs more memory than there is: is something far too long?',
    ],
    [
      content('return tf.constant(new Array(1000000).fill(1));'),
      'This makes more than 100000 numbers: nothing here needs so many.',
      3,
    ],
    [
      content('let x = aC; while (true) x = tf.add(x, 1);'),
      'This records more than 20000 operations: one operation on whole tensors takes the place of a loop.',
      3,
    ],
    [content("throw new Error('not yet');"), 'This stopped with an error: not yet.', 3],
    [content('null.shape;'), "This stopped with an error: Cannot read properties of null (reading 'shape').", 3],
    ['function contentCost() {}', 'There is no function computeContentCost: keep its name as it was.'],
    [`throw new Error('at once');\n${content('return aC;')}`, 'This stopped with an error: at once.', 1],
    [content('return computeContentCost(aC, aG);'), 'A function calls itself without an end.'],
    [
      content("return fetch('https://example.com');"),
      'There is no fetch here: the operations are in tf, as in tf.reshape.',
      3,
    ],
    [content("return import('node:fs');"), 'import() is not needed here: everything is recorded in order.', 3],
    [
      content('Object.prototype.toJSON = () => 5;'),
      'What this gives cannot be read: do not change what the code runs on, such as JSON.',
    ],
    [
      content('Array.prototype.toJSON = () => 5;'),
      'What this gives cannot be read: do not change what the code runs on, such as JSON.',
    ],
    [
      content("return (() => {}).constructor('return 1')();"),
      'This stopped with an error: Code generation from strings disallowed for this context.',
    ],
  ]),
  ...rows('contentCost', 'later', [
    [
      `function computeContentCost(contentOutput, generatedOutput) {
  const [aC, aG] = [contentOutput[0], generatedOutput[0]];
  return tf.divide(tf.reduceSum(tf.square(tf.subtract(aC, aG))), 4 * tf.size(aG));
}`,
      '2.63549: another layer is compared; the content layer is the last of the list.',
    ],
    [
      `function computeContentCost(contentOutput, generatedOutput) {
  return tf.reduceSum(tf.square(tf.subtract(contentOutput, generatedOutput)));
}`,
      'subtract received a list of layers as argument 1: take one of them, such as the last.',
      2,
    ],
  ]),
  ...rows('gramMatrix', 'first', [
    [
      gram('return tf.matMul(tf.transpose(A), A);'),
      'Shape [2, 2]: this is AᵀA, which compares positions; the Gram matrix A·Aᵀ of shape [3, 3] compares channels.',
    ],
    [gram('return tf.matMul(A, A);'), 'matMul cannot multiply [3, 2] by [3, 2]: transpose the second, as in A·Aᵀ.', 2],
    [
      gram('return tf.multiply(A, A);'),
      'Shape [3, 2]: A is multiplied element by element; a product of matrices gives [3, 3].',
    ],
    [
      gram('return tf.matMul(A, tf.reshape(A, [A.shape[1], A.shape[0]]));'),
      '5.45697: A is multiplied by a reshaped A; reshape keeps the order of numbers, transpose exchanges the axes.',
    ],
    [
      gram('return tf.divide(tf.matMul(A, tf.transpose(A)), A.shape[1]);'),
      '3.21115: divided by the number of positions; here the Gram matrix is a sum, the cost divides.',
    ],
    [
      gram('return tf.divide(tf.matMul(A, tf.transpose(A)), A.shape[0] * A.shape[1]);'),
      '1.07038: (nH nW)^-1 nC^-1 times the right matrix: the Gram matrix is not normalised.',
    ],
    [
      gram('return tf.multiply(2, tf.matMul(A, tf.transpose(A)));'),
      '12.8446: 2 times the right matrix: the Gram matrix is not normalised.',
    ],
    [
      gram('const B = tf.subtract(A, tf.reduceMean(A, 1, true));\n  return tf.matMul(B, tf.transpose(B));'),
      '6.40008: the mean of each channel is subtracted, as in a covariance: the Gram matrix keeps it.',
    ],
    [
      gram('return tf.square(tf.matMul(A, tf.transpose(A)));'),
      '41.246: the entries are squared: they belong into the cost, not here.',
    ],
    [
      gram('return tf.matMul(tf.square(A), tf.transpose(tf.square(A)));'),
      '20.9075: A is squared before it is multiplied.',
    ],
    [
      gram('return tf.reduceSum(tf.square(A));'),
      'Shape [] where [3, 3] is due: one row and one column for each channel.',
    ],
    [
      gram('return tf.matMul(A, tf.transpose(A, [0, 2]));'),
      'transpose needs each axis of [3, 2] once but received perm [0, 2].',
      2,
    ],
    [
      gram('return tf.matMul(A, tf.transpose(tf.abs(A)));'),
      '0.754331: this matrix is not symmetric; channel i with j is the same as j with i.',
    ],
    [gram('return A * A.T;'), 'There is no operation T: here it is called transpose.', 2],
  ]),
  ...rows('layerStyleCost', 'first', [
    [
      style(`const flat = (a: Tensor) => tf.reshape(a, [nC, nH * nW]);
  const sum = tf.reduceSum(tf.square(tf.subtract(gramMatrix(flat(aS)), gramMatrix(flat(aG)))));
  return tf.divide(sum, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '11.3452: reshaped to [nC, nH nW] without transposing; channels come last, so that rows mix them.',
    ],
    [
      style(`const flat = (a: Tensor) => tf.reshape(a, [nH * nW, nC]);
  const sum = tf.reduceSum(tf.square(tf.subtract(gramMatrix(flat(aS)), gramMatrix(flat(aG)))));
  return tf.divide(sum, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '33.6962: channels and positions are exchanged; the Gram matrix here compares places, not channels.',
    ],
    [
      style(`return tf.divide(${SUM}, nC ** 2 * (nH * nW) ** 2);`),
      '36.7611: four times too large; the 4 in the denominator is missing.',
    ],
    [style(`return ${SUM};`), '84697.6: the sum is not divided by 4 nC² (nH nW)².'],
    [style(`return tf.divide(${SUM}, 4);`), '21174.4: divided by 4 alone; nC² (nH nW)² is missing in the denominator.'],
    [
      style(`return tf.divide(${SUM}, 4 * nC * nH * nW);`),
      '441.133: nH nW nC times too large; in the denominator the sizes are squared: 4 nC² (nH nW)².',
    ],
    [
      style(`return tf.divide(${SUM}, 4 * nC * (nH * nW) ** 2);`),
      '27.5708: nC times the right value: look at the sizes that you divide by.',
    ],
    [
      style(`return tf.divide(${SUM.replace('reduceSum', 'reduceMean')}, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '1.02114: a mean is divided again; reduceMean divides by nC² already: use reduceSum.',
    ],
    [
      style(`return tf.divide(${SUM.replace('square', 'abs')}, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '0.0771649: absolute differences of the Gram matrices are added where squares are due.',
    ],
    [
      style(`return tf.divide(${SUM.replace('tf.square', '')}, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '0.00409967: the differences of the Gram matrices are added without being squared.',
    ],
    [
      style(`return tf.divide(${SUM.replace('tf.square(', 'tf.square(tf.square(')}), 4 * nC ** 2 * (nH * nW) ** 2);`),
      '295200: the differences are squared once too often.',
    ],
    [
      style(`return tf.divide(tf.square(${SUM}), 4 * nC ** 2 * (nH * nW) ** 2);`),
      '778395: the sum itself is squared, too: squared once too often.',
    ],
    [
      style(`return tf.divide(${SUM.replace('aS', 'aG')}, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '0: aS is not compared with aG; is one of them compared with itself?',
    ],
    [
      style(`return tf.divide(${SUM.replaceAll('gramMatrix', '')}, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '0.14095: activations are compared place by place, as for content: compare their Gram matrices.',
    ],
    [
      style(`return tf.divide(${SUM.replace('subtract', 'add')}, 4 * nC ** 2 * (nH * nW) ** 2);`),
      '69.7402: the Gram matrices are added where they have to be subtracted.',
    ],
    [
      style(
        'return tf.divide(tf.reduceSum(tf.square(gramMatrix(tf.subtract(unroll(aS), unroll(aG))))), 4 * nC ** 2 * (nH * nW) ** 2);',
      ),
      '77.0866: the Gram matrix of the difference is taken; take the difference of the Gram matrices.',
    ],
    [
      style('return tf.subtract(gramMatrix(unroll(aS)), gramMatrix(unroll(aG)));'),
      'A cost is one number, of shape [], but the result has shape [3, 3]: sum over all axes.',
    ],
  ]),
  ...rows('totalCost', 'first', [
    [
      total('return tf.add(tf.multiply(beta, JContent), tf.multiply(alpha, JStyle));'),
      '75.9102: alpha and beta are exchanged; alpha weighs the content, beta the style.',
    ],
    [
      total('return tf.add(tf.multiply(10, JContent), tf.multiply(40, JStyle));'),
      '35.3467: the weights 10 and 40 are written in; use alpha and beta.',
    ],
    [total('return tf.add(JContent, JStyle);'), '2.22514: alpha and beta are not used.'],
    [total('return tf.add(JContent, tf.multiply(beta, JStyle));'), '19.249: alpha is missing.'],
    [total('return tf.add(tf.multiply(alpha, JContent), JStyle);'), '18.3228: beta is missing.'],
    [total('return tf.multiply(alpha, JContent);'), '17.8863: the style cost is missing.'],
    [
      total('return tf.subtract(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle));'),
      '0.425891: the style cost is subtracted where it has to be added.',
    ],
    [
      total('return tf.multiply(alpha + beta, tf.add(JContent, JStyle));'),
      '111.257: both weights count for both costs; alpha is for the content, beta for the style.',
    ],
    [
      total('return tf.multiply(alpha, tf.add(JContent, tf.multiply(beta, JStyle)));'),
      '192.49: alpha also multiplies the style cost: look at the brackets.',
    ],
    [
      total('return tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JContent));'),
      '89.4314: the content cost is taken for the style cost, too.',
    ],
    [
      total('return tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle));', 'alpha = 40, beta = 10'),
      '35.3467 is right, but the defaults are exchanged: alpha = 10, beta = 40.',
    ],
    [
      total('return tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle));', 'alpha, beta'),
      'multiply needs a tensor or a number as argument 1 but received undefined.',
      2,
    ],
    [
      total('return alpha * JContent + beta * JStyle;'),
      'A tensor cannot be used with + - * / or compared: write tf.multiply(a, b), tf.subtract(a, b) and so on.',
      2,
    ],
    [
      total('return tf.divide(tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle)), alpha + beta);'),
      '0.706934: divided by alpha + beta; the weights need not add up to 1.',
    ],
  ]),
  ...rows('loop', 'first', [
    [
      model({ assign: '' }),
      'inputImage is not assigned: the model would start from nothing. session.run(model.input.assign(inputImage)).',
    ],
    [model({ train: '' }), 'No training step is run: session.run(trainStep).'],
    [model({ loop: 'let i = 0; i <= numIterations; i++' }), '46 training steps are run where numIterations is 45.'],
    [model({ loop: 'let i = 0; i < 200; i++' }), '200 training steps are run where numIterations is 45.'],
    [
      model({ before: 'if (i % 20 === 0) session.run([J, JContent, JStyle]);', when: 'false' }),
      'The costs are taken before the update: the notebook takes them after session.run(trainStep).',
    ],
    [model({ when: 'true' }), 'The costs are taken in every iteration: every 20th is enough, and faster.'],
    [model({ when: 'i % 10 === 0' }), 'The costs are taken in iterations 0, 10, 20, 30, 40 where 0, 20, 40 are due.'],
    [model({ when: 'false' }), 'The costs are never taken: session.run([J, JContent, JStyle]).'],
    [model({ print: '' }), 'The costs are taken but not printed.'],
    [model({ print: 'print(`${i} ${Jt} ${Jc}`);' }), 'JStyle is taken but not printed.'],
    [model({ save: '' }), 'No picture is saved on the way: saveImage(`output/${i}.png`, generatedImage).'],
    [
      model({ save: 'saveImage(`output/${i + 1}.png`, session.run(model.input));' }),
      'output/1.png is saved where output/0.png is due.',
    ],
    [
      model({ save: 'saveImage(`output/${i}.png`, inputImage);' }),
      'output/0.png is saved from something that is no picture: take session.run(model.input).',
    ],
    [
      model({ before: 'const old = session.run(model.input);', save: 'saveImage(`output/${i}.png`, old);' }),
      'output/0.png shows the picture before the update: take it after session.run(trainStep).',
    ],
    [
      model({ end: 'return session.run(model.input);' }),
      'The last picture is not saved as output/generated_image.jpg.',
    ],
    [
      model({ end: "saveImage('output/generated_image.jpg', session.run(model.input));" }),
      'The generated picture is not returned.',
    ],
    [
      model({ before: 'session.run(model.input.assign(inputImage));' }),
      'The picture is assigned more than once: every step would begin from the start again.',
    ],
    [
      model({ print: 'if (Jt > 1) print(Jt, Jc, Js);' }),
      'A cost has no number yet while the loop is recorded: print it, but do not compute with it.',
      8,
    ],
  ]),
  ...rows('loop', 'later', [
    [
      step({ J: 'totalCost(JStyle, JContent, 10, 40)' }),
      '103.621: alpha and beta, or the two costs, are exchanged in totalCost.',
    ],
    [
      step({ J: 'totalCost(JContent, JStyle, 40, 10)' }),
      '103.621: alpha and beta, or the two costs, are exchanged in totalCost.',
    ],
    [
      step({ JContent: 'computeContentCost(aS, aG)' }),
      '70.8453: the content cost is taken of aS; it compares aC with aG.',
    ],
    [step({ JStyle: 'computeStyleCost(aC, aG)' }), '40.729: the style cost is taken of aC; it compares aS with aG.'],
    [
      step({ JContent: 'computeContentCost(aG, aG)' }),
      '37.1366: the content cost is 0; is a list of layers compared with itself?',
    ],
    [
      step({ JStyle: 'computeStyleCost(aG, aG)' }),
      '23.5842: the style cost is 0; is a list of layers compared with itself?',
    ],
    [step({ J: 'tf.add(JContent, JStyle)' }), '3.28684: the costs are added without alpha and beta: use totalCost.'],
    [step({ of: 'JContent' }), 'The gradient of JContent alone is applied: take that of J.'],
    [step({ apply: '' }), 'The gradient is not applied: optimizer.applyGradients([[gradient, generatedImage]]).'],
    [step({ assign: '' }), 'The picture is not clipped: generatedImage.assign(clip01(generatedImage)).'],
    [
      step({
        apply: 'generatedImage.assign(clip01(generatedImage));',
        assign: 'optimizer.applyGradients([[gradient, generatedImage]]);',
      }),
      'The picture is clipped before the update: clip it after.',
    ],
    [step({ end: '' }), 'J is not returned.'],
    [
      step({ apply: 'optimizer.applyGradients([gradient, generatedImage]);' }),
      'applyGradients needs [[gradient, generatedImage]] but received [an object, the picture].',
      7,
    ],
    [step({ aG: 'const aG = vggModelOutputs(aC);' }), 'This needs generatedImage but received a list of 6.', 2],
  ]),
];

/** Different right ways; what is no fault is among them. */
export const RIGHT: Readonly<Record<Exercise, Readonly<Record<Edition, readonly string[]>>>> = {
  contentCost: {
    first: [
      content('return tf.multiply(1 / (4 * nH * nW * nC), tf.reduceSum(tf.square(tf.subtract(aC, aG))));'),
      content('return aC.subtract(aG).square().reduceSum().divide(4 * nH * nW * nC);'),
      content('return tf.divide(tf.reduceMean(tf.squaredDifference(aC, aG)), 4);'),
      `export function computeContentCost(aC, aG) {
  const unrolledC = tf.reshape(aC, [-1, aC.shape[3]]);
  const unrolledG = tf.reshape(aG, [-1, aG.shape[3]]);
  return tf.multiply(1 / (4 * tf.size(aG)), tf.reduceSum(tf.pow(tf.subtract(unrolledG, unrolledC), 2)));
}`,
      `const computeContentCost = (aC: Tensor, aG: Tensor): Tensor => {
  const difference = tf.subtract(aC, aG) as Tensor;
  const flat = tf.reshape(difference, [1, tf.size(difference)]);
  return tf.squeeze(tf.divide(tf.matMul(flat, flat, false, true), 4 * tf.size(aG)));
};`,
      content(`let sum = tf.scalar(0);
  for (let c = 0; c < nC; c++) {
    const part = (a: Tensor) => tf.slice(a, [0, 0, 0, c], [-1, -1, -1, 1]);
    sum = tf.add(sum, tf.reduceSum(tf.square(tf.subtract(part(aC), part(aG)))));
  }
  return tf.divide(sum, 4 * nH * nW * nC);`),
      content(
        'const unusedName = 5;\n  return tf.divide(tf.reduceSum(tf.reduceSum(tf.square(tf.subtract(aG, aC)), [1, 2])), 4 * nC * nW * nH);',
      ),
    ],
    later: [],
  },
  gramMatrix: {
    first: [
      gram('return tf.matMul(A, tf.transpose(A));'),
      gram('return A.matMul(A.transpose());'),
      gram('return tf.matMul(A, A, { transposeB: true });'),
      gram('return tf.matMul(A, A, false, true);'),
      gram(
        'const [nC, n] = A.shape;\n  return tf.reduceSum(tf.multiply(tf.reshape(A, [nC, 1, n]), tf.reshape(A, [1, nC, n])), 2);',
      ),
      gram(`const [nC, n] = A.shape;
  const row = (i: number) => tf.slice(A, [i, 0], [1, n]);
  const rows: Tensor[] = [];
  for (let i = 0; i < nC; i++) {
    const entries: Tensor[] = [];
    for (let j = 0; j < nC; j++) entries.push(tf.reduceSum(tf.multiply(row(i), row(j))));
    rows.push(tf.stack(entries));
  }
  return tf.stack(rows);`),
      gram('return tf.transpose(tf.matMul(A, tf.transpose(A, [1, 0])));'),
    ],
    later: [],
  },
  layerStyleCost: {
    first: [
      style(`return tf.divide(${SUM}, 4 * nC ** 2 * (nH * nW) ** 2);`),
      style(`return tf.multiply(1 / (2 * nC * nH * nW) ** 2, ${SUM});`),
      style(`const flat = (a: Tensor) => tf.reshape(tf.transpose(a, [0, 3, 1, 2]), [nC, nH * nW]);
  return tf.divide(tf.reduceSum(tf.square(tf.subtract(gramMatrix(flat(aG)), gramMatrix(flat(aS))))), 4 * nC * nC * nH * nH * nW * nW);`),
      style(`const flat = (a: Tensor) => a.reshape([-1, nC]).transpose([1, 0]);
  const difference = gramMatrix(flat(aS)).subtract(gramMatrix(flat(aG)));
  return difference.square().reduceSum().multiply(0.25).divide((nC * nH * nW) ** 2);`),
      style(`const flat = (a: Tensor) => tf.reshape(tf.transpose(a, [3, 2, 1, 0]), [nC, -1]);
  return tf.divide(tf.reduceMean(tf.squaredDifference(gramMatrix(flat(aS)), gramMatrix(flat(aG)))), 4 * (nH * nW) ** 2);`),
      style(`const G = (a: Tensor) => tf.divide(tf.matMul(tf.reshape(a, [nH * nW, nC]), tf.reshape(a, [nH * nW, nC]), true), nH * nW);
  return tf.divide(tf.reduceSum(tf.square(tf.subtract(G(aS), G(aG)))), 4 * nC ** 2);`),
    ],
    later: [],
  },
  totalCost: {
    first: [
      total('return tf.add(tf.multiply(alpha, JContent), tf.multiply(beta, JStyle));'),
      total('return JContent.multiply(alpha).add(JStyle.multiply(beta));'),
      total('return tf.addN([tf.multiply(JStyle, beta), tf.multiply(JContent, alpha)]);'),
      total('return tf.reduceSum(tf.multiply(tf.constant([alpha, beta]), tf.stack([JContent, JStyle])));'),
      total('return tf.subtract(tf.multiply(alpha, JContent), tf.multiply(-beta, JStyle));'),
      total('return tf.squeeze(tf.matMul([[alpha, beta]], tf.reshape(tf.stack([JContent, JStyle]), [2, 1])));'),
    ],
    later: [],
  },
  loop: {
    first: [
      model({}),
      model({ assign: 'session.run(tf.globalVariablesInitializer()); session.run(model.input.assign(inputImage));' }),
      model({
        train: 'const _ = session.run(trainStep);\n    const generatedImage = session.run(model.input);',
        save: 'saveImage("output/" + i + ".png", generatedImage);',
      }),
      model({
        when: '!(i % 20)',
        print:
          "print('Iteration ' + i + ' :'); print('total cost = ' + Jt); print('content cost = ' + Jc); print('style cost = ' + Js);",
      }),
      model({ costs: '[session.run(J), session.run(JContent), session.run(JStyle)]' }),
      model({
        end: 'const last = session.run(model.input);\n  saveImage(`output/generated_image.jpg`, last);\n  return last;',
      }),
    ],
    later: [
      step({}),
      step({ J: 'totalCost(JContent, JStyle)' }),
      step({ J: 'tf.add(tf.multiply(10, JContent), tf.multiply(40, JStyle))' }),
      step({ assign: 'const clipped = clip01(generatedImage);\n  generatedImage.assign(clipped);' }),
      step({ JStyle: 'computeStyleCost(aS, vggModelOutputs(generatedImage))' }),
      step({ JContent: 'computeContentCost([aC[5]], [aG[5]])' }),
    ],
  },
};
