/** The operations that learners write with, for completion and for the text that shows where the pointer rests. */
import type { Language } from './exercises.js';

export interface OperationText {
  readonly signature: string;
  readonly text: Readonly<Record<Language, string>>;
}

const of = (signature: string, en: string, ko: string): OperationText => ({ signature, text: { en, ko } });

export const OPERATIONS: Readonly<Record<string, OperationText>> = {
  reshape: of(
    'tf.reshape(x, shape)',
    'The same numbers in the same order under another shape; -1 stands for what is left.',
    '원소의 순서는 그대로 두고 형태만 바꿉니다. -1인 축의 크기는 나머지로 정해집니다.',
  ),
  transpose: of(
    'tf.transpose(x, perm?)',
    'Axes in another order; without perm they are turned round.',
    '축의 순서를 바꿉니다. perm이 없으면 순서를 뒤집습니다.',
  ),
  matMul: of(
    'tf.matMul(a, b, transposeA?, transposeB?)',
    'Product of matrices [M, K] and [K, N]: [M, N].',
    '행렬 [M, K]와 [K, N]의 곱으로, 결과는 [M, N]입니다.',
  ),
  reduceSum: of(
    'tf.reduceSum(x, axis?, keepDims?)',
    'Sum over some axes; over all where axis is left out.',
    '주어진 축에 대한 합입니다. axis가 없으면 모두 더합니다.',
  ),
  reduceMean: of(
    'tf.reduceMean(x, axis?, keepDims?)',
    'Mean over some axes; over all where axis is left out.',
    '주어진 축에 대한 평균입니다. axis가 없으면 전체 평균입니다.',
  ),
  square: of('tf.square(x)', 'x², number by number.', '원소마다 제곱합니다.'),
  subtract: of('tf.subtract(a, b)', 'a - b, number by number.', '원소마다 a - b를 구합니다.'),
  add: of('tf.add(a, b)', 'a + b, number by number.', '원소마다 a + b를 구합니다.'),
  multiply: of(
    'tf.multiply(a, b)',
    'a · b, number by number; either may be a plain number.',
    '원소마다 곱합니다. 한쪽은 숫자여도 됩니다.',
  ),
  divide: of(
    'tf.divide(a, b)',
    'a / b, number by number; either may be a plain number.',
    '원소마다 나눕니다. 한쪽은 숫자여도 됩니다.',
  ),
  squaredDifference: of('tf.squaredDifference(a, b)', '(a - b)², number by number.', '원소마다 (a - b)²을 구합니다.'),
  addN: of('tf.addN([a, b, …])', 'Sum of several tensors of one shape.', '같은 형태인 여러 텐서를 더합니다.'),
  negative: of('tf.negative(x)', '-x.', '-x를 구합니다.'),
  pow: of('tf.pow(x, exponent)', 'x to a whole power from 1 to 8.', '1부터 8까지의 정수 거듭제곱입니다.'),
  sqrt: of('tf.sqrt(x)', 'Square root.', '제곱근입니다.'),
  abs: of('tf.abs(x)', 'Absolute value.', '절댓값입니다.'),
  exp: of('tf.exp(x)', 'e to the power of x.', 'e의 x제곱입니다.'),
  log: of('tf.log(x)', 'Natural logarithm.', '자연로그입니다.'),
  maximum: of('tf.maximum(a, b)', 'The larger of two, number by number.', '원소마다 큰 쪽을 고릅니다.'),
  minimum: of('tf.minimum(a, b)', 'The smaller of two, number by number.', '원소마다 작은 쪽을 고릅니다.'),
  constant: of(
    'tf.constant(values)',
    'A tensor of given numbers, such as [[1, 2], [3, 4]].',
    '[[1, 2], [3, 4]]처럼 주어진 수로 텐서를 만듭니다.',
  ),
  scalar: of('tf.scalar(value)', 'A number as a tensor of shape [].', '수 하나를 형태가 []인 텐서로 만듭니다.'),
  zeros: of('tf.zeros(shape)', 'Zeros.', '0으로 채웁니다.'),
  ones: of('tf.ones(shape)', 'Ones.', '1로 채웁니다.'),
  slice: of(
    'tf.slice(x, begin, size)',
    'A part of x; -1 in size takes all that follows.',
    'x의 일부입니다. size의 -1은 끝까지를 뜻합니다.',
  ),
  concat: of(
    'tf.concat([a, b, …], axis?)',
    'Tensors one after the other along an axis.',
    '텐서를 한 축을 따라 이어 붙입니다.',
  ),
  stack: of(
    'tf.stack([a, b, …], axis?)',
    'Tensors of one shape along a new axis.',
    '같은 형태의 텐서를 새 축을 따라 쌓습니다.',
  ),
  expandDims: of('tf.expandDims(x, axis?)', 'A new axis of extent 1.', '크기가 1인 축을 더합니다.'),
  squeeze: of('tf.squeeze(x)', 'Without the axes of extent 1.', '크기가 1인 축을 없앱니다.'),
  shape: of(
    'tf.shape(x)',
    'The extents of the axes as a list, as x.shape.',
    'x.shape처럼 축의 크기를 목록으로 반환합니다.',
  ),
  size: of('tf.size(x)', 'How many numbers there are.', '원소의 개수입니다.'),
  gradient: of(
    'tf.gradient(J, generatedImage)',
    'How J changes with each pixel.',
    '픽셀마다 J가 어떻게 바뀌는지를 구합니다.',
  ),
  globalVariablesInitializer: of(
    'tf.globalVariablesInitializer()',
    'For session.run; there is nothing to initialise here.',
    'session.run에 넣습니다. 여기서는 초기화할 것이 없습니다.',
  ),
};

/** What stands beside tf in the loop's exercise. */
export const GIVEN: Readonly<Record<string, OperationText>> = {
  session: of(
    'session.run(what)',
    'Runs trainStep, or gives model.input or costs as they are now.',
    'trainStep을 실행하거나 지금의 model.input 또는 비용을 반환합니다.',
  ),
  model: of(
    'model.input',
    'The picture that is painted; model.input.assign(image) is for session.run.',
    '생성 이미지입니다. model.input.assign(image)를 session.run에 넣습니다.',
  ),
  saveImage: of('saveImage(path, image)', 'Saves a picture.', '이미지를 저장합니다.'),
  print: of('print(text)', 'Prints a line.', '한 줄을 출력합니다.'),
  vggModelOutputs: of(
    'vggModelOutputs(image)',
    'What all layers see: the style layers, then the content layer.',
    '모든 층의 출력입니다. 스타일 층 다음에 콘텐츠 층이 옵니다.',
  ),
  computeStyleCost: of(
    'computeStyleCost(aS, aG)',
    'Sum over the style layers of lambda times your computeLayerStyleCost.',
    '스타일 층마다 lambda × computeLayerStyleCost를 더합니다.',
  ),
  optimizer: of('optimizer.applyGradients([[gradient, image]])', 'One update of Adam.', 'Adam으로 한 번 갱신합니다.'),
  clip01: of('clip01(image)', 'The picture with its values kept in 0..1.', '값을 0..1로 클리핑한 이미지입니다.'),
};
