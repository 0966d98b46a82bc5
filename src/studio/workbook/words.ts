/** The workbook's text in two languages. */
import { speaker } from '../words/words.js';

const en = {
  title: 'Art by neural style transfer: the workbook',
  lead: 'The notebook’s assignment, in this page: write five functions, have them checked against the notebook’s answers, and paint with what you wrote. Nothing to install, nothing is uploaded.',
  edition: 'Edition',
  first: 'First edition (TensorFlow 1, 400 × 300)',
  later: 'Later edition (TensorFlow 2, 400 × 400)',
  yourName: 'Your name, for the file',
  exportFile: 'Export as a file',
  importFile: 'Open a file',
  progress: '{n} of 5 exercises are right',
  contents: 'Contents',

  problemTitle: 'The problem',
  problemText:
    'Two pictures are given: a content image C, such as a photo, and a style image S, such as a painting. A third picture G is wanted that shows what C shows, painted as S is. Most of deep learning changes the weights of a network. Here the network stays as it is, and the pixels of G are what is learnt.',
  vggTitle: 'Transfer learning, and what VGG-19 is',
  vggText:
    'A network that was trained for one task and is used for another is transfer learning. VGG-19 was trained to name what photos show. It has sixteen 3 × 3 convolutions in five blocks, with a pool that halves the picture between blocks. On the way to a name, its early layers came to see edges and colours, its later ones textures and parts of things. A layer name such as conv4_2 means the second convolution of block four, after its ReLU.',
  vggMaps: 'What {layer} sees of the photo: {n} channels of {w} × {h}; the strongest twelve.',
  vggReal: 'Outputs of VGG-19’s own ReLU.',
  vggDecoded:
    'Decoded from the small pocket network by its tap, which imitates VGG-19’s distances. Open VGG-19 in the studio to see the real ones.',
  layer: 'Layer',
  contentTitle: 'The content cost',
  contentText:
    'Pictures that show the same thing have similar activations in a layer that is neither too early nor too late. Compare the activations aC of the content image with aG of the generated one: J content is the sum of squared differences over all places and channels, divided by 4 nH nW nC. The factor only sets the scale.',
  unrollTitle: 'Unrolling',
  unrollText:
    'Activations come as [1, nH, nW, nC]: a grid of places, each with nC numbers. For the style they become a matrix A of shape [nC, nH nW], one row for each channel. Reshape alone can’t do that: it keeps the order of the numbers, and in that order the channel changes fastest. So reshape to [nH nW, nC] first, and transpose.',
  unrollFigure:
    'Numbers 1 to 6 of a 1 × 3 grid with two channels. Reshaped to [2, 3] directly, a row mixes channels; transposed, a row is one channel.',
  reshaped: 'reshape to [2, 3]',
  transposed: 'reshape to [3, 2], then transpose',
  gramTitle: 'The Gram matrix',
  gramText:
    'The Gram matrix of A is G = A Aᵀ, of shape [nC, nC]. Entry (i, j) is the inner product of rows i and j: large where channels i and j are active at the same places. It does not say where. Two things are called G here: the generated picture, and the Gram matrix. In this page the matrices are GS and GG, of the style image and of the generated one.',
  diagonalText:
    'On the diagonal stands each channel with itself: how much there is of what it detects, such as vertical strokes. Beside the diagonal stands what goes together: vertical strokes with blue, say. Both are what a style is.',
  toy: 'A 3 × 2 matrix to change, and its Gram matrix',
  toyCell: 'A, row {i}, column {j}',
  gramPhoto: 'Gram matrix of the photo',
  gramStyle: 'Gram matrix of the painting',
  gramNote: 'The same {n} channels of {layer} in the same order, one colour scale.',
  styleTitle: 'The style cost of a layer',
  styleText:
    'The style cost of a layer compares two Gram matrices: the sum of squared differences, divided by 4 nC² (nH nW)². Unroll, take both Gram matrices with your function, subtract, square, sum, divide.',
  lambdaTitle: 'Style weights',
  lambdaText:
    'One layer is not enough: early layers carry colour and grain, later ones the forms of strokes. J style adds the costs of five layers with a lambda of 0.2 each. That function is given; it calls yours.',
  lambdaFigure:
    'Shares of the style cost at the end of your painting. conv4_1 usually carries most of it: its 512 channels correlate strongly over coarse places, while the wide early layers are matched within a few steps. Equal lambdas do not mean equal costs.',
  lambdaLater: 'Paint below, and the shares of the five layers appear here.',
  totalTitle: 'The total cost',
  totalText:
    'J(G) = α J content + β J style. α and β say how much each counts; only their ratio changes the picture. With more β, more of the photo is given up.',
  loopTitle: 'The optimisation',
  loopText: 'All is there. In seven steps:',
  loopSteps:
    'Begin a session.|Load the content image.|Load the style image.|Make the picture to start from.|Load VGG-19.|Build the costs: activations of C, of S and of G, J content, J style, J, and Adam.|Run: start the picture, and in each iteration let Adam change it once.',
  loopFirst:
    'Write modelNN. Given are session, model.input, trainStep, J, JContent, JStyle, print and saveImage. The loop is recorded, and run step by step when you paint.',
  loopLater: 'Write trainStep. Given are vggModelOutputs, aC, aS, computeStyleCost, optimizer and clip01.',
  paintTitle: 'Paint, with pictures and settings of your own',
  paintText:
    'The costs of this painting are your functions; Giverny differentiates them. Every 20 iterations your loop prints. The dotted curve is the same painting with Giverny’s own costs: where your functions are right, both are one.',
  photo: 'Content image',
  style: 'Style image',
  own: 'Your own',
  knobs: 'Settings, as code',
  knobsObject: 'The settings must be an object called knobs.',
  knobsReset: 'Original settings',
  compare: 'Paint with Giverny’s own costs beside it (takes twice as long)',
  withPocket: 'Painted with the pocket network. VGG-19, opened in the studio, is used here as well.',
  withVgg19: 'Painted with VGG-19.',
  laterPocket:
    'The pocket network has no conv5_4 and sees pictures as it was trained: conv5_1 takes its place here. To the letter: giverny photo.jpg painting.jpg --preset notebook-tf2.',
  paint: 'Paint',
  stop: 'Stop',
  iteration: 'Iteration {n} of {m}',
  generated: 'The generated picture',
  printed: 'Printed',
  saved: 'Pictures that were saved',
  curveMine: 'your J',
  curveReference: 'Giverny’s J',
  curveScale: 'Height on a logarithmic scale, from {low} to {high}; iterations from left to right.',
  gradient: 'How much J wants each pixel to change now (length of the gradient)',
  memoryOut: 'Not enough memory for a picture of this size.',
  rememberTitle: 'What to remember',
  rememberText:
    'Style transfer makes one picture from two. It uses hidden activations of a trained network.|The content cost compares the activations of one layer.|The style cost of a layer compares Gram matrices; over several layers it works better than over one.|The total cost is optimised over the pixels.',
  referencesTitle: 'References',
  referencesText:
    'L. A. Gatys, A. S. Ecker, M. Bethge: A Neural Algorithm of Artistic Style, 2015 (arXiv:1508.06576).|K. Simonyan, A. Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, 2015 (arXiv:1409.1556).|H. Narayanan: Convolutional neural networks for artistic style transfer.|Log0: TensorFlow implementation of “A Neural Algorithm of Artistic Style”.|MatConvNet: pretrained models.',

  contentCost: 'Exercise 1: computeContentCost',
  gramMatrix: 'Exercise 2: gramMatrix',
  layerStyleCost: 'Exercise 3: computeLayerStyleCost',
  totalCost: 'Exercise 4: totalCost',
  loop: 'Exercise 5: the loop',
  editorOf: 'Code of {name}',
  editorKeys: 'Escape, then Tab leaves the editor. Ctrl-Space completes.',
  check: 'Check',
  checking: 'Checking …',
  hint: 'Hint {n} of 3',
  solution: 'Show the solution',
  takeSolution: 'Put it into the editor',
  again: 'Start again',
  right: 'Right.',
  rightValue: 'Right: {value}',
  notYet: 'Not yet.',
  line: 'Line {n}: {sentence}',
  inOther: 'In {exercise}, line {n}: {sentence}',
  yours: 'Yours',
  expected: 'The notebook’s',
  publishedGram:
    'The notebook prints 63.193256 -26.729713 -7.732155 for the first row: about 1e-4 off, as products rounded to TF32 on a graphics card are. Both count as right.',
  publishedStyle:
    'The notebook prints 14.01649: rounded to TF32 on a graphics card, about 1e-4 off. Both count as right.',

  quiz: 'Question',
  quizRight: 'Yes.',
  quizWrong: 'No.',
} as const;

export type WorkbookWord = keyof typeof en;

const ko: Readonly<Record<WorkbookWord, string>> = {
  title: '신경망 스타일 변환: 워크북',
  lead: '주피터 노트북 과제를 이 페이지에서 그대로 풀어 봅니다. 함수 다섯 개를 작성해 노트북의 정답과 비교하고, 작성한 함수로 이미지를 만듭니다. 아무것도 설치하지 않으며, 코드와 이미지는 업로드되지 않습니다.',
  edition: '과제 버전',
  first: '초판 (TensorFlow 1, 400 × 300)',
  later: '개정판 (TensorFlow 2, 400 × 400)',
  yourName: '파일에 적을 이름',
  exportFile: '파일로 내보내기',
  importFile: '파일 열기',
  progress: '연습 문제 5개 중 {n}개 정답',
  contents: '목차',

  problemTitle: '문제 정의',
  problemText:
    '이미지 두 장이 있습니다. 사진 같은 콘텐츠 이미지 C와 회화 같은 스타일 이미지 S입니다. C의 내용을 S의 스타일로 표현한 생성 이미지 G를 만드는 것이 목표입니다. 보통 딥러닝에서는 신경망의 가중치를 학습하지만, 여기서는 신경망을 고정해 두고 G의 픽셀 값을 학습합니다.',
  vggTitle: '전이 학습과 VGG-19',
  vggText:
    '한 작업을 위해 학습한 신경망을 다른 작업에 쓰는 것을 전이 학습이라고 합니다. VGG-19는 사진 속 사물을 분류하도록 학습한 신경망입니다. 3 × 3 합성곱 층 16개가 블록 다섯 개로 나뉘고, 블록 사이의 풀링 층이 가로와 세로를 절반으로 줄입니다. 분류를 학습하는 동안 얕은 층은 가장자리와 색을, 깊은 층은 질감과 사물의 부분을 감지하게 되었습니다. conv4_2는 네 번째 블록의 두 번째 합성곱 층으로, ReLU를 거친 출력을 가리킵니다.',
  vggMaps: '사진에 대한 {layer}의 활성화 맵: {w} × {h} 크기의 채널 {n}개 중 가장 강한 12개입니다.',
  vggReal: 'VGG-19의 실제 ReLU 출력입니다.',
  vggDecoded:
    '작은 포켓 신경망의 출력을 변환해 VGG-19의 출력을 근사한 것입니다. 스튜디오에서 VGG-19를 열면 실제 출력을 볼 수 있습니다.',
  layer: '층',
  contentTitle: '콘텐츠 비용',
  contentText:
    '두 이미지의 내용이 같으면 너무 얕지도 깊지도 않은 층에서 활성값이 비슷합니다. 콘텐츠 이미지의 활성값 aC와 생성 이미지의 활성값 aG를 비교합니다. J content는 모든 위치와 채널에서 차이를 제곱해 더한 다음 4 nH nW nC로 나눈 값입니다. 이 계수는 크기를 맞추는 역할만 합니다.',
  unrollTitle: '펼치기',
  unrollText:
    '활성값의 형태는 [1, nH, nW, nC]로, 위치마다 값이 nC개씩 있습니다. 스타일 비용을 구할 때는 이것을 채널마다 한 행을 차지하는 [nC, nH nW] 형태의 행렬 A로 펼칩니다. reshape만으로는 되지 않습니다. reshape는 값의 순서를 바꾸지 않는데, 그 순서에서는 채널이 가장 빨리 바뀌기 때문입니다. 먼저 [nH nW, nC]로 reshape한 다음 전치합니다.',
  unrollFigure:
    '채널이 두 개인 1 × 3 격자에 1부터 6까지 채운 것입니다. 바로 [2, 3]으로 reshape하면 한 행에 채널이 섞이고, 전치하면 한 행이 한 채널이 됩니다.',
  reshaped: '[2, 3]으로 reshape',
  transposed: '[3, 2]로 reshape한 다음 전치',
  gramTitle: '그람 행렬',
  gramText:
    'A의 그람 행렬은 G = A Aᵀ이고 형태는 [nC, nC]입니다. (i, j) 원소는 i행과 j행의 내적으로, 두 채널이 같은 위치에서 함께 활성화될수록 큽니다. 어디에서 그런지는 담지 않습니다. G는 생성 이미지(Generated image)와 그람 행렬(Gram matrix)이라는 두 가지 뜻으로 쓰입니다. 이 페이지에서는 스타일 이미지의 그람 행렬을 GS로, 생성 이미지의 그람 행렬을 GG로 적습니다.',
  diagonalText:
    '대각선 원소는 한 채널과 자기 자신의 내적으로, 그 채널이 감지하는 특징(예: 세로줄)이 이미지에 얼마나 많은지를 나타냅니다. 나머지 원소는 두 특징(예: 세로줄과 파란색)이 얼마나 함께 나타나는지를 나타냅니다. 이 둘이 모여 스타일이 됩니다.',
  toy: '직접 바꿔 보는 3 × 2 행렬과 그 그람 행렬',
  toyCell: 'A의 {i}행 {j}열',
  gramPhoto: '사진의 그람 행렬',
  gramStyle: '스타일 이미지의 그람 행렬',
  gramNote: '{layer}에서 같은 채널 {n}개를 같은 순서, 같은 색상 척도로 나타냈습니다.',
  styleTitle: '한 층의 스타일 비용',
  styleText:
    '한 층의 스타일 비용은 두 그람 행렬을 비교한 값입니다. 차이를 제곱해 모두 더하고 4 nC² (nH nW)²으로 나눕니다. 활성값을 펼치고, 앞에서 작성한 함수로 그람 행렬 두 개를 구한 다음 빼고, 제곱하고, 더하고, 나누세요.',
  lambdaTitle: '스타일 가중치',
  lambdaText:
    '층 하나로는 부족합니다. 얕은 층에는 색과 질감이, 깊은 층에는 붓 터치의 형태가 담깁니다. J style은 다섯 층의 비용에 각각 lambda 0.2를 곱해 더한 값입니다. 이 함수는 주어져 있으며 작성한 함수를 호출합니다.',
  lambdaFigure:
    '만든 이미지의 마지막 스타일 비용에서 각 층이 차지하는 비율입니다. 대개 conv4_1이 가장 큽니다. 해상도가 낮은 conv4_1에서는 채널 512개의 상관이 강한 반면, 얕은 층은 몇 스텝 만에 스타일 이미지와 비슷해지기 때문입니다. lambda가 같아도 비용은 같지 않습니다.',
  lambdaLater: '아래에서 이미지를 만들면 다섯 층의 비율이 여기에 나타납니다.',
  totalTitle: '전체 비용',
  totalText:
    'J(G) = α J content + β J style입니다. α와 β는 두 비용의 비중을 정하며, 결과 이미지는 둘의 비율에만 달려 있습니다. β를 키울수록 사진의 내용은 덜 남습니다.',
  loopTitle: '최적화',
  loopText: '필요한 것은 모두 준비되었습니다. 다음 일곱 단계로 최적화합니다.',
  loopSteps:
    '세션을 시작합니다.|콘텐츠 이미지를 불러옵니다.|스타일 이미지를 불러옵니다.|시작 이미지를 만듭니다.|VGG-19를 불러옵니다.|C, S, G의 활성값, J content, J style, J와 Adam으로 그래프를 만듭니다.|실행합니다. 시작 이미지를 넣고 반복마다 Adam이 이미지를 한 번 갱신합니다.',
  loopFirst:
    'modelNN을 작성하세요. session, model.input, trainStep, J, JContent, JStyle, print, saveImage가 주어집니다. 반복문은 먼저 기록되고, 이미지를 만들 때 한 스텝씩 실행됩니다.',
  loopLater: 'trainStep을 작성하세요. vggModelOutputs, aC, aS, computeStyleCost, optimizer, clip01이 주어집니다.',
  paintTitle: '내 이미지와 내 설정으로 만들기',
  paintText:
    '비용은 직접 작성한 함수로 구하고, 미분은 지베르니가 합니다. 작성한 반복문은 20번마다 값을 출력합니다. 점선은 지베르니의 비용으로 같은 이미지를 만들 때의 곡선입니다. 함수가 정확하면 두 곡선이 겹칩니다.',
  photo: '콘텐츠 이미지',
  style: '스타일 이미지',
  own: '내 파일',
  knobs: '코드로 바꾸는 설정',
  knobsObject: '설정은 knobs라는 이름의 객체여야 합니다.',
  knobsReset: '원래 설정으로',
  compare: '지베르니의 비용으로도 만들어 비교하기 (시간이 두 배 걸립니다)',
  withPocket: '포켓 신경망으로 만듭니다. 스튜디오에서 VGG-19를 열면 여기서도 쓰입니다.',
  withVgg19: 'VGG-19로 만듭니다.',
  laterPocket:
    '포켓 신경망에는 conv5_4가 없어 conv5_1을 대신 쓰고, 입력 이미지는 이 신경망을 학습할 때와 같은 방식으로 전처리합니다. 과제와 똑같이 만드는 명령은 다음과 같습니다. giverny photo.jpg painting.jpg --preset notebook-tf2',
  paint: '이미지 만들기',
  stop: '멈추기',
  iteration: '반복 {n}/{m}',
  generated: '생성 이미지',
  printed: '출력',
  saved: '저장된 이미지',
  curveMine: '내 J',
  curveReference: '지베르니의 J',
  curveScale: '높이는 {low}부터 {high}까지의 로그 눈금이고, 반복은 왼쪽에서 오른쪽으로 진행됩니다.',
  gradient: '지금 J를 줄이려면 크게 바뀌어야 하는 픽셀 (기울기의 크기)',
  memoryOut: '이 크기의 이미지를 만들기에는 메모리가 부족합니다.',
  rememberTitle: '기억할 것',
  rememberText:
    '스타일 변환은 두 이미지로 새 이미지를 만들며, 학습된 신경망의 은닉층 활성값을 이용합니다.|콘텐츠 비용은 한 층의 활성값을 비교합니다.|한 층의 스타일 비용은 그람 행렬을 비교합니다. 여러 층을 함께 쓰면 결과가 더 좋습니다.|전체 비용을 최적화해 픽셀 값을 바꿉니다.',
  referencesTitle: '참고 문헌',
  referencesText:
    'L. A. Gatys, A. S. Ecker, M. Bethge: A Neural Algorithm of Artistic Style, 2015 (arXiv:1508.06576).|K. Simonyan, A. Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, 2015 (arXiv:1409.1556).|H. Narayanan: Convolutional neural networks for artistic style transfer.|Log0: TensorFlow implementation of “A Neural Algorithm of Artistic Style”.|MatConvNet: pretrained models.',

  contentCost: '연습 문제 1: computeContentCost',
  gramMatrix: '연습 문제 2: gramMatrix',
  layerStyleCost: '연습 문제 3: computeLayerStyleCost',
  totalCost: '연습 문제 4: totalCost',
  loop: '연습 문제 5: 반복문',
  editorOf: '{name} 코드',
  editorKeys: 'Esc를 누른 다음 Tab을 누르면 편집기에서 나갑니다. Ctrl-Space로 자동 완성합니다.',
  check: '확인',
  checking: '확인하는 중 …',
  hint: '힌트 {n}/3',
  solution: '풀이 보기',
  takeSolution: '편집기에 넣기',
  again: '처음부터 다시',
  right: '정답입니다.',
  rightValue: '정답입니다: {value}',
  notYet: '아직 정답이 아닙니다.',
  line: '{n}행: {sentence}',
  inOther: '{exercise}, {n}행: {sentence}',
  yours: '내 값',
  expected: '노트북의 값',
  publishedGram:
    '노트북에는 첫 행이 63.193256 -26.729713 -7.732155로 나옵니다. 그래픽 카드가 곱셈을 TF32로 반올림한 값이라 1e-4쯤 차이가 납니다. 두 값 모두 정답으로 봅니다.',
  publishedStyle:
    '노트북에는 14.01649로 나옵니다. 그래픽 카드가 TF32로 반올림한 값이라 1e-4쯤 차이가 납니다. 두 값 모두 정답으로 봅니다.',

  quiz: '확인 질문',
  quizRight: '맞습니다.',
  quizWrong: '틀렸습니다.',
};

export const tw = speaker<WorkbookWord>({ en, ko });
