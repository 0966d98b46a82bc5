/** What the checks say, in two languages. Each sentence names what was found and what helps. */
import type { Language } from './exercises.js';
import type { Found } from './recorded.js';

type Text = readonly [en: string, ko: string];

const SENTENCES = {
  // Code that does not come to a result.
  syntax: ['This does not parse: {message}.', '구문 오류입니다: {message}.'],
  typescript: [
    'enum, namespace and parameter properties are more than types: write plain code here.',
    'enum, namespace, 매개변수 속성은 단순한 타입이 아니므로 쓸 수 없습니다. 일반 코드로 작성하세요.',
  ],
  notAllowed: [
    '{what} is not needed here: everything is recorded in order.',
    '{what}은(는) 필요 없습니다. 모든 연산이 순서대로 기록됩니다.',
  ],
  declaredTwice: [
    '{name} is declared in two exercises that run together: rename one of them.',
    '함께 실행되는 두 연습 문제에서 {name}을(를) 선언했습니다. 하나의 이름을 바꾸세요.',
  ],
  missing: [
    'There is no function {name}: keep its name as it was.',
    '{name} 함수가 없습니다. 처음 이름을 그대로 두세요.',
  ],
  mendFirst: [
    'This calls {name}, which is not right yet: mend that first.',
    '여기서 호출하는 {name}이(가) 아직 맞지 않습니다. 그 함수부터 고치세요.',
  ],
  timeout: [
    'This ran for {seconds} seconds without an end: is there a loop that never stops?',
    '{seconds}초가 지나도 끝나지 않았습니다. 멈추지 않는 반복문이 있는지 확인하세요.',
  ],
  memory: [
    'This needs more memory than there is: is something far too long?',
    '메모리가 부족합니다. 지나치게 큰 배열을 만들지 않았는지 확인하세요.',
  ],
  recursion: ['A function calls itself without an end.', '함수가 자기 자신을 끝없이 호출합니다.'],
  tooMany: [
    'This records more than {most} operations: one operation on whole tensors takes the place of a loop.',
    '연산이 {most}개를 넘습니다. 반복문 대신 텐서 전체에 대한 연산 하나를 쓰세요.',
  ],
  tooLarge: [
    'This makes more than {most} numbers: nothing here needs so many.',
    '원소를 {most}개 넘게 만듭니다. 이 과제에는 그렇게 많이 필요하지 않습니다.',
  ],
  threw: ['This stopped with an error: {message}.', '오류가 나서 멈췄습니다: {message}.'],
  unknownName: [
    'There is no {name} here: the operations are in tf, as in tf.reshape.',
    '여기에는 {name}이(가) 없습니다. 연산은 tf.reshape처럼 tf 안에 있습니다.',
  ],

  unreadable: [
    'What this gives cannot be read: do not change what the code runs on, such as JSON.',
    '결과를 읽을 수 없습니다. JSON처럼 코드가 실행되는 환경을 바꾸지 마세요.',
  ],

  // Operations that are given what does not fit.
  operation: [
    'There is no operation {name}: see the list of operations.',
    '{name} 연산은 없습니다. 연산 목록을 확인하세요.',
  ],
  operationMeant: [
    'There is no operation {name}: here it is called {meant}.',
    '{name} 연산은 없습니다. 여기서는 {meant}을(를) 쓰세요.',
  ],
  operationFixed: ['tf.{name} cannot be changed.', 'tf.{name}은(는) 바꿀 수 없습니다.'],
  arithmetic: [
    'A tensor cannot be used with + - * / or compared: write tf.multiply(a, b), tf.subtract(a, b) and so on.',
    '텐서에는 + - * / 나 비교 연산자를 쓸 수 없습니다. tf.multiply(a, b), tf.subtract(a, b)처럼 쓰세요.',
  ],
  notTensor: [
    '{operation} needs a tensor or a number as argument {position} but received {received}.',
    '{operation}의 인수 {position}은(는) 텐서나 수여야 하는데 {received}을(를) 받았습니다.',
  ],
  listForTensor: [
    '{operation} received a list of layers as argument {position}: take one of them, such as the last.',
    '{operation}의 인수 {position}이(가) 층 목록입니다. 마지막 층처럼 하나를 꺼내 쓰세요.',
  ],
  notList: [
    '{operation} needs the list of all layers but received {received}.',
    '{operation}에는 모든 층의 목록이 필요한데 {received}을(를) 받았습니다.',
  ],
  ragged: [
    'The rows of a list given to {operation} have different lengths.',
    '{operation}에 넘긴 목록의 행 길이가 서로 다릅니다.',
  ],
  nan: [
    '{operation} received a number that is not finite (NaN or infinity): look at the division before it.',
    '{operation}이(가) 유한하지 않은 수(NaN 또는 무한대)를 받았습니다. 그 앞의 나눗셈을 살펴보세요.',
  ],
  notWhole: [
    '{operation} needs whole numbers for {name} but received {received}.',
    '{operation}의 {name}에는 정수가 필요한데 {received}을(를) 받았습니다.',
  ],
  broadcast: [
    '{operation} needs shapes that fit each other but received {a} and {b}.',
    '{operation}에는 서로 맞는 형태가 필요한데 {a}와(과) {b}을(를) 받았습니다.',
  ],
  axis: [
    '{operation} has no axis {axis}: the tensor has {rank} axes, counted from 0.',
    '{operation}: 축 {axis}이(가) 없습니다. 텐서의 축은 {rank}개이고 0부터 셉니다.',
  ],
  reshape: [
    'reshape cannot make {to} of {from}: {size} numbers have to stay {size}.',
    'reshape로 {from}을(를) {to}(으)로 바꿀 수 없습니다. 원소의 개수는 그대로 {size}개여야 합니다.',
  ],
  permutation: [
    'transpose needs each axis of {shape} once but received perm {perm}.',
    'transpose의 perm에는 {shape}의 모든 축이 한 번씩 들어가야 하는데 {perm}을(를) 받았습니다.',
  ],
  matMulRank: [
    'matMul needs two matrices but received {a} and {b}.',
    'matMul에는 행렬 두 개가 필요한데 {a}와(과) {b}을(를) 받았습니다.',
  ],
  matMul: [
    'matMul needs as many columns on the left as rows on the right but received {a} and {b}.',
    'matMul은 왼쪽의 열 수와 오른쪽의 행 수가 같아야 하는데 {a}와(과) {b}을(를) 받았습니다.',
  ],
  matMulSame: [
    'matMul cannot multiply {a} by {b}: transpose the second, as in A·Aᵀ.',
    'matMul로 {a}와(과) {b}을(를) 곱할 수 없습니다. A·Aᵀ처럼 두 번째를 전치하세요.',
  ],
  slice: [
    'slice from {begin} of size {size} does not lie within {shape}.',
    'slice의 시작 {begin}, 크기 {size}인 범위가 {shape} 안에 들어가지 않습니다.',
  ],
  exponent: [
    'pow needs a whole exponent from 1 to 8 but received {received}.',
    'pow의 지수는 1부터 8까지의 정수여야 하는데 {received}을(를) 받았습니다.',
  ],
  gradientScalar: [
    'gradient needs a cost of shape [] but received shape {shape}.',
    'gradient에는 형태가 []인 비용이 필요한데 형태가 {shape}인 텐서를 받았습니다.',
  ],
  gradientPicture: [
    'gradient is taken with respect to generatedImage, but received {received}.',
    'gradient는 generatedImage에 대해 구해야 하는데 {received}을(를) 받았습니다.',
  ],
  modelPicture: [
    'This needs generatedImage but received {received}.',
    '여기에는 generatedImage가 필요한데 {received}을(를) 받았습니다.',
  ],
  applyGradients: [
    'applyGradients needs [[gradient, generatedImage]] but received {received}.',
    'applyGradients에는 [[gradient, generatedImage]]가 필요한데 {received}을(를) 받았습니다.',
  ],
  sessionRun: [
    'session.run needs trainStep, model.input or costs but received {received}.',
    'session.run에는 trainStep, model.input 또는 비용이 필요한데 {received}을(를) 받았습니다.',
  ],
  costLater: [
    'A cost has no number yet while the loop is recorded: print it, but do not compute with it.',
    '반복문을 기록하는 동안 비용에는 아직 값이 없습니다. 출력만 하고 계산에는 쓰지 마세요.',
  ],

  // Results that are not what is due.
  nothingReturned: ['Nothing is returned yet.', '아직 아무것도 반환하지 않습니다.'],
  numberReturned: [
    'The number {value} is returned where a tensor is due: it cannot depend on the picture.',
    '텐서 대신 숫자 {value}을(를) 반환합니다. 숫자는 이미지에 따라 달라질 수 없습니다.',
  ],
  notATensor: ['A tensor is due but {received} is returned.', '텐서를 반환해야 하는데 {received}을(를) 반환합니다.'],
  notScalar: [
    'A cost is one number, of shape [], but the result has shape {shape}: sum over all axes.',
    '비용은 형태가 []인 값 하나인데 결과의 형태가 {shape}입니다. 모든 축에 대해 더하세요.',
  ],
  notFinite: [
    'The result is {value}: look for a division by 0 or by a size that is undefined.',
    '결과가 {value}입니다. 0이나 정의되지 않은 크기로 나누지 않았는지 확인하세요.',
  ],
  constantResult: [
    '{value} comes out whatever the activations are: neither of them is used.',
    '활성값이 무엇이든 {value}이(가) 나옵니다. 어느 것도 쓰이지 않았습니다.',
  ],
  selfCompared: [
    '{value}: {name} is not compared with {other}; is one of them compared with itself?',
    '{value}: {name}을(를) {other}와(과) 비교하지 않았습니다. 하나를 자기 자신과 비교하지 않았나요?',
  ],
  onlyThisSize: [
    "Right for the notebook's size, wrong for others: use the sizes of the tensor instead of numbers.",
    '노트북의 크기에서만 맞고 다른 크기에서는 틀립니다. 숫자 대신 텐서의 크기를 쓰세요.',
  ],
  notZeroForSame: [
    '{value}: two equal activations cost {same} where 0 is due.',
    '{value}: 같은 활성값끼리 비교하면 0이어야 하는데 {same}이(가) 나옵니다.',
  ],
  notSymmetric: [
    '{value}: with {names} exchanged the cost is {exchanged}; it has to stay the same.',
    '{value}: {names}을(를) 서로 바꾸면 비용이 {exchanged}이(가) 됩니다. 바꿔도 같아야 합니다.',
  ],
  orderCounts: [
    '{value}: with the positions of both activations in another order the cost is {reordered}; it has to stay the same.',
    '{value}: 두 활성값의 위치 순서를 똑같이 바꾸면 비용이 {reordered}이(가) 됩니다. 바꿔도 같아야 합니다.',
  ],
  wrongValue: ['{value} where {expected} is due.', '{expected}이(가) 나와야 하는데 {value}이(가) 나옵니다.'],

  // Recognised by their numbers.
  forgottenFour: [
    '{value}: four times too large; the 4 in the denominator is missing.',
    '{value}: 네 배 큽니다. 분모의 4가 빠졌습니다.',
  ],
  negative: ['{value}: the sign is turned.', '{value}: 부호가 반대입니다.'],
  constantFactor: [
    '{value}: {factor} times the right value, at every size: look at the constant.',
    '{value}: 크기와 상관없이 정답의 {factor}배입니다. 상수를 살펴보세요.',
  ],
  sizeFactor: [
    '{value}: {factor} times the right value: look at the sizes that you divide by.',
    '{value}: 정답의 {factor}배입니다. 어떤 크기로 나누는지 살펴보세요.',
  ],
  notDivided: ['{value}: the sum is not divided by {divisor}.', '{value}: 합을 {divisor}(으)로 나누지 않았습니다.'],
  sizesForgotten: [
    '{value}: divided by 4 alone; {divisor} is missing in the denominator.',
    '{value}: 4로만 나눴습니다. 분모에 {divisor}이(가) 빠졌습니다.',
  ],
  sizesNotSquared: [
    '{value}: nH nW nC times too large; in the denominator the sizes are squared: 4 nC² (nH nW)².',
    '{value}: nH nW nC배 큽니다. 분모에서 크기는 제곱입니다: 4 nC² (nH nW)².',
  ],
  meanForSum: [
    '{value}: a mean is divided again; reduceMean divides by {sizes} already: use reduceSum.',
    '{value}: 평균을 한 번 더 나눴습니다. reduceMean은 이미 {sizes}(으)로 나눈 값입니다. reduceSum을 쓰세요.',
  ],
  notSquared: [
    '{value}: the differences are added without being squared.',
    '{value}: 차이를 제곱하지 않고 더했습니다.',
  ],
  absolute: [
    '{value}: absolute differences are added where squares are due.',
    '{value}: 제곱 대신 차이의 절댓값을 더했습니다.',
  ],
  squaredTwice: ['{value}: the differences are squared once too often.', '{value}: 차이를 한 번 더 제곱했습니다.'],
  summedFirst: [
    '{value}: the differences are added before they are squared: square each, then add.',
    '{value}: 차이를 먼저 더한 뒤 제곱했습니다. 하나씩 제곱한 다음 더하세요.',
  ],
  root: [
    '{value}: a square root is taken, as for a norm: the cost has none.',
    '{value}: 노름처럼 제곱근을 취했습니다. 비용에는 제곱근이 없습니다.',
  ],
  costSquared: [
    '{value}: the sum itself is squared, too: squared once too often.',
    '{value}: 합까지 제곱했습니다. 제곱을 한 번 더 한 것입니다.',
  ],
  added: [
    '{value}: the activations are added where they have to be subtracted.',
    '{value}: 빼야 할 활성값을 더했습니다.',
  ],
  squaresSubtracted: [
    '{value}: squares are subtracted: subtract first, then square.',
    '{value}: 제곱끼리 뺐습니다. 먼저 뺀 다음 제곱하세요.',
  ],
  notLastLayer: [
    '{value}: another layer is compared; the content layer is the last of the list.',
    '{value}: 다른 층을 비교했습니다. 콘텐츠 층은 목록의 마지막입니다.',
  ],

  gramOfPositions: [
    'Shape {shape}: this is AᵀA, which compares positions; the Gram matrix A·Aᵀ of shape {wanted} compares channels.',
    '형태 {shape}: 위치끼리 비교하는 AᵀA입니다. 그람 행렬은 채널끼리 비교하는 A·Aᵀ이고 형태는 {wanted}입니다.',
  ],
  gramElementwise: [
    'Shape {shape}: A is multiplied element by element; a product of matrices gives {wanted}.',
    '형태 {shape}: 원소끼리 곱했습니다. 행렬 곱의 형태는 {wanted}입니다.',
  ],
  gramShape: [
    'Shape {shape} where {wanted} is due: one row and one column for each channel.',
    '형태가 {wanted}이(가) 되어야 하는데 {shape}입니다. 채널마다 행 하나와 열 하나가 있습니다.',
  ],
  gramReshaped: [
    '{value}: A is multiplied by a reshaped A; reshape keeps the order of numbers, transpose exchanges the axes.',
    '{value}: A에 reshape한 A를 곱했습니다. reshape는 원소의 순서를 그대로 두고, 축은 transpose로 바꿉니다.',
  ],
  gramCentred: [
    '{value}: the mean of each channel is subtracted, as in a covariance: the Gram matrix keeps it.',
    '{value}: 공분산처럼 채널의 평균을 뺐습니다. 그람 행렬에서는 빼지 않습니다.',
  ],
  gramSquared: [
    '{value}: the entries are squared: they belong into the cost, not here.',
    '{value}: 원소를 제곱했습니다. 제곱은 여기가 아니라 비용에서 합니다.',
  ],
  gramOfSquares: ['{value}: A is squared before it is multiplied.', '{value}: 곱하기 전에 A를 제곱했습니다.'],
  gramDiagonal: [
    '{value}: only the diagonal is there; entries beside it say which channels go together.',
    '{value}: 대각선만 있습니다. 나머지 원소는 어떤 채널이 함께 활성화되는지를 나타냅니다.',
  ],
  gramNormalised: [
    '{value}: rows are scaled to length 1, as in a correlation: the Gram matrix keeps their lengths.',
    '{value}: 상관계수처럼 행의 길이를 1로 맞췄습니다. 그람 행렬은 길이를 그대로 둡니다.',
  ],
  gramMean: [
    '{value}: divided by the number of positions; here the Gram matrix is a sum, the cost divides.',
    '{value}: 위치의 수로 나눴습니다. 그람 행렬은 합이며, 나누기는 비용에서 합니다.',
  ],
  gramFactor: [
    '{value}: {factor} times the right matrix: the Gram matrix is not normalised.',
    '{value}: 정답 행렬의 {factor}배입니다. 그람 행렬은 정규화하지 않습니다.',
  ],
  gramAsymmetric: [
    '{value}: this matrix is not symmetric; channel i with j is the same as j with i.',
    '{value}: 행렬이 대칭이 아닙니다. 채널 i와 j의 값은 j와 i의 값과 같아야 합니다.',
  ],
  gramWrong: [
    '{value}: the matrix has the right shape but other numbers than A·Aᵀ.',
    '{value}: 형태는 맞지만 값이 A·Aᵀ와 다릅니다.',
  ],

  notTransposed: [
    '{value}: reshaped to [nC, nH nW] without transposing; channels come last, so that rows mix them.',
    '{value}: 전치하지 않고 [nC, nH nW]로 reshape했습니다. 채널은 마지막 축이므로 행마다 채널이 섞입니다.',
  ],
  positionsForChannels: [
    '{value}: channels and positions are exchanged; the Gram matrix here compares places, not channels.',
    '{value}: 채널과 위치가 바뀌었습니다. 채널이 아니라 위치끼리 비교하는 그람 행렬입니다.',
  ],
  noGram: [
    '{value}: activations are compared place by place, as for content: compare their Gram matrices.',
    '{value}: 콘텐츠처럼 활성값을 위치마다 비교했습니다. 그람 행렬을 비교하세요.',
  ],
  gramsNotSquared: [
    '{value}: the differences of the Gram matrices are added without being squared.',
    '{value}: 그람 행렬의 차이를 제곱하지 않고 더했습니다.',
  ],
  gramsAbsolute: [
    '{value}: absolute differences of the Gram matrices are added where squares are due.',
    '{value}: 그람 행렬 차이의 제곱 대신 절댓값을 더했습니다.',
  ],
  gramOfDifference: [
    '{value}: the Gram matrix of the difference is taken; take the difference of the Gram matrices.',
    '{value}: 차이의 그람 행렬을 구했습니다. 그람 행렬의 차이를 구하세요.',
  ],
  gramsAdded: [
    '{value}: the Gram matrices are added where they have to be subtracted.',
    '{value}: 빼야 할 그람 행렬을 더했습니다.',
  ],
  gramDivided: [
    '{value}: the Gram matrices are divided by nH nW and the cost again by its square: divide once.',
    '{value}: 그람 행렬을 nH nW로 나누고 비용을 다시 그 제곱으로 나눴습니다. 한 번만 나누세요.',
  ],

  weightsExchanged: [
    '{value}: alpha and beta are exchanged; alpha weighs the content, beta the style.',
    '{value}: alpha와 beta가 바뀌었습니다. alpha는 콘텐츠, beta는 스타일의 가중치입니다.',
  ],
  weightsIgnored: [
    '{value}: the weights 10 and 40 are written in; use alpha and beta.',
    '{value}: 가중치 10과 40을 직접 썼습니다. alpha와 beta를 쓰세요.',
  ],
  weightsIgnoredExchanged: [
    '{value}: weights are written in, and exchanged; use alpha for the content and beta for the style.',
    '{value}: 가중치를 직접 썼고 서로 바뀌었습니다. 콘텐츠에는 alpha, 스타일에는 beta를 쓰세요.',
  ],
  weightsForgotten: ['{value}: alpha and beta are not used.', '{value}: alpha와 beta를 쓰지 않았습니다.'],
  alphaForgotten: ['{value}: alpha is missing.', '{value}: alpha가 빠졌습니다.'],
  betaForgotten: ['{value}: beta is missing.', '{value}: beta가 빠졌습니다.'],
  contentOnly: ['{value}: the style cost is missing.', '{value}: 스타일 비용이 빠졌습니다.'],
  styleOnly: ['{value}: the content cost is missing.', '{value}: 콘텐츠 비용이 빠졌습니다.'],
  subtracted: [
    '{value}: the style cost is subtracted where it has to be added.',
    '{value}: 더해야 할 스타일 비용을 뺐습니다.',
  ],
  multiplied: [
    '{value}: the two weighted costs are multiplied where they have to be added.',
    '{value}: 더해야 할 두 비용을 곱했습니다.',
  ],
  halved: [
    '{value}: half of the sum; the total cost is the sum itself.',
    '{value}: 합의 절반입니다. 전체 비용은 합 자체입니다.',
  ],
  sharesOfWeights: [
    '{value}: divided by alpha + beta; the weights need not add up to 1.',
    '{value}: alpha + beta로 나눴습니다. 가중치의 합이 1일 필요는 없습니다.',
  ],
  weightsForBoth: [
    '{value}: both weights count for both costs; alpha is for the content, beta for the style.',
    '{value}: 두 가중치를 두 비용에 모두 곱했습니다. alpha는 콘텐츠, beta는 스타일에만 곱합니다.',
  ],
  alphaForBoth: [
    '{value}: alpha also multiplies the style cost: look at the brackets.',
    '{value}: alpha가 스타일 비용에도 곱해졌습니다. 괄호를 살펴보세요.',
  ],
  contentTwice: [
    '{value}: the content cost is taken for the style cost, too.',
    '{value}: 스타일 비용 자리에도 콘텐츠 비용을 썼습니다.',
  ],
  styleTwice: [
    '{value}: the style cost is taken for the content cost, too.',
    '{value}: 콘텐츠 비용 자리에도 스타일 비용을 썼습니다.',
  ],
  defaultsExchanged: [
    '{value} is right, but the defaults are exchanged: alpha = 10, beta = 40.',
    '{value}은(는) 맞지만 기본값이 바뀌었습니다. alpha = 10, beta = 40입니다.',
  ],
  defaultsWrong: [
    '{value} is right, but without weights the function has to take alpha = 10 and beta = 40.',
    '{value}은(는) 맞지만 가중치를 주지 않으면 alpha = 10, beta = 40이어야 합니다.',
  ],
  totalWrong: [
    '{value} is not alpha times the content cost plus beta times the style cost.',
    '{value}은(는) alpha × 콘텐츠 비용 + beta × 스타일 비용이 아닙니다.',
  ],

  // The loop of the first edition.
  noTraining: [
    'No training step is run: session.run(trainStep).',
    '학습 스텝을 실행하지 않습니다: session.run(trainStep).',
  ],
  noAssign: [
    'inputImage is not assigned: the model would start from nothing. session.run(model.input.assign(inputImage)).',
    'inputImage를 대입하지 않았습니다: session.run(model.input.assign(inputImage)).',
  ],
  assignedLate: [
    'inputImage is assigned after the first training step: assign it before.',
    '첫 학습 스텝 뒤에 inputImage를 대입합니다. 그 전에 대입하세요.',
  ],
  assignedAgain: [
    'The picture is assigned more than once: every step would begin from the start again.',
    '이미지를 여러 번 대입합니다. 스텝마다 처음부터 다시 시작하게 됩니다.',
  ],
  assignedOther: ['Something other than inputImage is assigned.', 'inputImage가 아닌 것을 대입합니다.'],
  trainedOnce: [
    'Only one training step is run: it belongs into the loop.',
    '학습 스텝을 한 번만 실행합니다. 반복문 안에 넣으세요.',
  ],
  trainedOften: [
    '{n} training steps are run where numIterations is {wanted}.',
    'numIterations가 {wanted}인데 학습 스텝을 {n}번 실행합니다.',
  ],
  noCosts: [
    'The costs are never taken: session.run([J, JContent, JStyle]).',
    '비용을 구하지 않습니다: session.run([J, JContent, JStyle]).',
  ],
  costsBefore: [
    'The costs are taken before the update: the notebook takes them after session.run(trainStep).',
    '갱신하기 전에 비용을 구합니다. 노트북에서는 session.run(trainStep) 다음에 구합니다.',
  ],
  costsAlways: [
    'The costs are taken in every iteration: every 20th is enough, and faster.',
    '반복할 때마다 비용을 구합니다. 20번에 한 번이면 충분하고 더 빠릅니다.',
  ],
  costsWhen: [
    'The costs are taken in iterations {received} where {wanted} are due.',
    '비용은 {wanted}번째 반복에서 구해야 하는데 {received}번째에서 구합니다.',
  ],
  costMissing: ['{name} is never taken.', '{name}을(를) 구하지 않습니다.'],
  nothingPrinted: ['The costs are taken but not printed.', '비용을 구했지만 출력하지 않습니다.'],
  costUnprinted: ['{name} is taken but not printed.', '{name}을(를) 구했지만 출력하지 않습니다.'],
  noPictures: [
    'No picture is saved on the way: saveImage(`output/${i}.png`, generatedImage).',
    '중간 이미지를 저장하지 않습니다: saveImage(`output/${i}.png`, generatedImage).',
  ],
  pictureMissing: ['{path} is not saved.', '{path}을(를) 저장하지 않습니다.'],
  pictureName: [
    '{received} is saved where {path} is due.',
    '{path}(으)로 저장해야 하는데 {received}(으)로 저장합니다.',
  ],
  notAPicture: [
    '{path} is saved from something that is no picture: take session.run(model.input).',
    '{path}에 이미지가 아닌 것을 저장합니다. session.run(model.input)을 쓰세요.',
  ],
  oldPicture: [
    '{path} shows the picture before the update: take it after session.run(trainStep).',
    '{path}이(가) 갱신 전의 이미지입니다. session.run(trainStep) 다음에 가져오세요.',
  ],
  picturesAlways: ['More pictures are saved than every 20th.', '20번에 한 번보다 자주 이미지를 저장합니다.'],
  noLastPicture: [
    'The last picture is not saved as output/generated_image.jpg.',
    '마지막 이미지를 output/generated_image.jpg로 저장하지 않습니다.',
  ],
  oldLastPicture: [
    'output/generated_image.jpg is not the picture after the last update.',
    'output/generated_image.jpg이(가) 마지막 갱신 뒤의 이미지가 아닙니다.',
  ],
  noPictureReturned: ['The generated picture is not returned.', '생성 이미지를 반환하지 않습니다.'],
  oldPictureReturned: [
    'The picture that is returned is not the one after the last update.',
    '반환하는 이미지가 마지막 갱신 뒤의 이미지가 아닙니다.',
  ],

  // The step of the later edition.
  costNotReturned: ['J is not returned.', 'J를 반환하지 않습니다.'],
  stepWeightsExchanged: [
    '{value}: alpha and beta, or the two costs, are exchanged in totalCost.',
    '{value}: totalCost에서 alpha와 beta 또는 두 비용이 바뀌었습니다.',
  ],
  stepTargetsExchanged: ['{value}: aC and aS are exchanged.', '{value}: aC와 aS가 바뀌었습니다.'],
  stepStyleForContent: [
    '{value}: the content cost is taken of aS; it compares aC with aG.',
    '{value}: 콘텐츠 비용에 aS를 썼습니다. aC와 aG를 비교해야 합니다.',
  ],
  stepContentForStyle: [
    '{value}: the style cost is taken of aC; it compares aS with aG.',
    '{value}: 스타일 비용에 aC를 썼습니다. aS와 aG를 비교해야 합니다.',
  ],
  stepAfterUpdate: [
    '{value}: the cost is taken after the update: take it before.',
    '{value}: 갱신한 뒤의 비용입니다. 갱신하기 전에 구하세요.',
  ],
  stepContentOnly: ['{value}: only the content cost is minimised.', '{value}: 콘텐츠 비용만 최소화합니다.'],
  stepStyleOnly: ['{value}: only the style cost is minimised.', '{value}: 스타일 비용만 최소화합니다.'],
  stepWeightsForgotten: [
    '{value}: the costs are added without alpha and beta: use totalCost.',
    '{value}: alpha와 beta 없이 비용을 더했습니다. totalCost를 쓰세요.',
  ],
  stepSelfContent: [
    '{value}: the content cost is 0; is a list of layers compared with itself?',
    '{value}: 콘텐츠 비용이 0입니다. 층 목록을 자기 자신과 비교하지 않았나요?',
  ],
  stepSelfStyle: [
    '{value}: the style cost is 0; is a list of layers compared with itself?',
    '{value}: 스타일 비용이 0입니다. 층 목록을 자기 자신과 비교하지 않았나요?',
  ],
  stepWrong: ['J is {value} where {expected} is due.', 'J는 {expected}이(가) 되어야 하는데 {value}입니다.'],
  notApplied: [
    'The gradient is not applied: optimizer.applyGradients([[gradient, generatedImage]]).',
    '기울기를 적용하지 않습니다: optimizer.applyGradients([[gradient, generatedImage]]).',
  ],
  appliedTwice: ['The gradient is applied {n} times in one step.', '한 스텝에서 기울기를 {n}번 적용합니다.'],
  gradientOfPart: [
    'The gradient of {name} alone is applied: take that of J.',
    '{name}만의 기울기를 적용합니다. J의 기울기를 구하세요.',
  ],
  gradientOfOther: ['The gradient of something other than J is applied.', 'J가 아닌 것의 기울기를 적용합니다.'],
  notClipped: [
    'The picture is not clipped: generatedImage.assign(clip01(generatedImage)).',
    '이미지를 클리핑하지 않습니다: generatedImage.assign(clip01(generatedImage)).',
  ],
  clippedEarly: [
    'The picture is clipped before the update: clip it after.',
    '갱신하기 전에 이미지를 클리핑합니다. 갱신한 뒤에 클리핑하세요.',
  ],
  assignedUnclipped: [
    'Something other than clip01(generatedImage) is assigned.',
    'clip01(generatedImage)가 아닌 것을 대입합니다.',
  ],
  clippedOld: ['What is clipped is the picture before the update.', '갱신하기 전의 이미지를 클리핑했습니다.'],

  // Painting, and what is no fault.
  knobs: ['{message}', '{message}'],
  unused: ['{name} is never used: no fault.', '{name}을(를) 쓰지 않았습니다. 틀린 것은 아니니 그대로 두어도 됩니다.'],
  manyOperations: [
    'Right, with {n} operations: reduceSum and matMul do the same in one each, and paint many times as fast.',
    '정답입니다. 다만 연산이 {n}개입니다. reduceSum과 matMul을 쓰면 연산 하나로 되고 이미지를 훨씬 빨리 만듭니다.',
  ],
} as const satisfies Record<string, Text>;

type SentenceCode = keyof typeof SENTENCES;

/** A finding in words. */
export function sentenceOf({ code, params }: Found, language: Language): string {
  const text = Object.hasOwn(SENTENCES, code) ? SENTENCES[code as SentenceCode][language === 'en' ? 0 : 1] : code;
  const filled = text.replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all));
  return language === 'ko' ? withParticles(filled) : filled;
}

/** 을(를) and the like as the word before them asks for. */
function withParticles(text: string): string {
  const pairs = {
    '을(를)': ['을', '를'],
    '이(가)': ['이', '가'],
    '은(는)': ['은', '는'],
    '와(과)': ['과', '와'],
    '(으)로': ['으로', '로'],
  } as const;
  return text.replace(
    // Brackets and quotes are not read aloud.
    /(.)([\])"'`]*)(을\(를\)|이\(가\)|은\(는\)|와\(과\)|\(으\)로)/g,
    (_, last: string, after: string, particle: keyof typeof pairs) => {
      const [closed, open] = pairs[particle];
      return `${last}${after}${endsClosed(last, particle) ? closed : open}`;
    },
  );
}

/** Whether a word that ends in this character ends in a consonant, as it is read in Korean. */
function endsClosed(last: string, particle: string): boolean {
  const hangul = last.charCodeAt(0) - 0xac00;
  if (hangul >= 0 && hangul < 11_172) {
    const final = hangul % 28;
    return final !== 0 && !(particle === '(으)로' && final === 8);
  }
  const digitsClosed = particle === '(으)로' ? '036' : '013678';
  return digitsClosed.includes(last) || /[lmnr]/i.test(last);
}
