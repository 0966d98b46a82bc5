/** The learning page in two languages. */
import { speaker } from '../words/words.js';

const en = {
  title: 'How a picture is painted',
  lead: 'Neural style transfer, step by step, on a picture of your own. Every figure below is computed in this page while you watch, by the same program that paints in the studio.',
  pictures: 'Two pictures',
  picturesText:
    'C is the content: the photo. S is the style: the painting. We look for a third picture, G, that shows what C shows as S would have shown it. Nothing is learnt: the network is fixed, and what changes are the pixels of G.',
  content: 'Content C',
  style: 'Style S',
  own: 'Your own',
  layers: 'What a layer sees',
  layersText:
    'The network was trained to tell things apart in photos. Each of its layers turns a picture into maps: one per channel, bright where the channel finds what it looks for. Early layers find edges and colours, later ones textures and parts of things, at ever coarser places. Here are the liveliest maps of the photo.',
  layer: 'Layer',
  mapsOf: '{n} channels of {w} × {h}',
  map: 'Map {n} of layer {layer}',
  contentCost: 'Content cost',
  contentText:
    'Two pictures show the same thing where their maps in a later layer are alike. So the content cost is the squared difference of the maps a of C and G. Painting starts from the photo with noise: more noise, more cost.',
  noise: 'Share of noise',
  started: 'The picture G at the start',
  value: 'J content = {v}',
  gram: 'The Gram matrix',
  gramText:
    'Style is what remains when places are forgotten. Unroll the maps into rows of a matrix A: one row per channel. The Gram matrix says how strongly channels i and j are bright together, anywhere in the picture. A brush stroke is such a company of edges, colours and textures. Compare the two: same layer, same channels, another picture.',
  gramOf: 'Gram matrix of {what} in layer {layer}, {n} × {n} of its channels',
  gramPhoto: 'the photo',
  gramStyle: 'the painting',
  styleCost: 'Style cost',
  styleText:
    'The style cost of a layer is the squared difference of the Gram matrices of S and G. Over several layers the costs are added with weights λ. With early layers alone only colours and fine grain are taken over; later ones bring larger forms.',
  lambda: 'λ of {layer}',
  share: 'Share of the style cost: {v}%',
  needOne: 'At least one layer needs a weight.',
  total: 'The total cost, and painting',
  totalText:
    'α and β weigh the two against each other. The gradient of J says for every pixel how J would change with it: the map shows its length, bright where the picture wants to change most. A step moves all pixels a little against the gradient; a hundred steps are a painting. Paint, and change the weights while it paints.',
  contentLayer: 'Layer of the content',
  alpha: 'α, weight of the content',
  beta: 'β, weight of the style',
  gradient: 'Length of the gradient at each pixel',
  paint: 'Paint 100 steps',
  stop: 'Stop',
  step: 'Step {n} of {m}',
  painted: 'The picture G',
  formula: 'Formula',
  wait: 'Computing …',
  more: 'In the studio the same is larger, faster and with more to choose from. Whoever has the notebook finds its functions under their own names in the package, and its model answers among the tests.',
  toStudio: 'To the studio',
} as const;

const ko: Readonly<Record<keyof typeof en, string>> = {
  title: '스타일 변환의 원리',
  lead: '신경망 스타일 변환을 내 사진으로 한 단계씩 살펴봅니다. 아래의 이미지와 수치는 모두 스튜디오와 같은 프로그램이 이 페이지에서 바로 계산한 결과입니다.',
  pictures: '이미지 두 장',
  picturesText:
    'C는 사진인 콘텐츠 이미지, S는 회화인 스타일 이미지입니다. C의 내용을 S의 스타일로 표현한 생성 이미지 G를 찾습니다. 신경망은 학습하지 않고 고정해 두며, G의 픽셀 값만 바뀝니다.',
  content: '콘텐츠 이미지 C',
  style: '스타일 이미지 S',
  own: '내 파일',
  layers: '각 층이 감지하는 특징',
  layersText:
    '이 신경망은 사진 속 사물을 분류하도록 학습되었습니다. 각 층은 이미지를 채널 수만큼의 활성화 맵으로 바꿉니다. 맵에서 밝은 곳은 그 채널이 찾는 특징이 있는 곳입니다. 얕은 층은 가장자리와 색을, 깊은 층은 질감과 사물의 부분을 더 낮은 해상도로 감지합니다. 아래는 사진에 가장 강하게 반응한 맵입니다.',
  layer: '층',
  mapsOf: '{w} × {h} 크기의 채널 {n}개',
  map: '{layer} 층의 맵 {n}',
  contentCost: '콘텐츠 비용',
  contentText:
    '깊은 층의 활성화 맵이 비슷하면 두 이미지의 내용도 비슷합니다. 그래서 콘텐츠 비용은 C와 G의 활성값 a의 차이를 제곱해 더한 값입니다. 사진에 잡음을 섞은 이미지에서 시작하므로 잡음이 많을수록 비용이 큽니다.',
  noise: '잡음의 비율',
  started: '시작할 때의 생성 이미지 G',
  value: 'J content = {v}',
  gram: '그람 행렬',
  gramText:
    '이미지에서 위치 정보를 빼고 남은 것을 스타일로 봅니다. 활성화 맵을 펼쳐 채널마다 한 행을 차지하는 행렬 A를 만듭니다. 그람 행렬은 채널 i와 j가 위치와 상관없이 얼마나 자주 함께 활성화되는지를 나타냅니다. 붓 터치도 특정한 가장자리, 색, 질감이 함께 나타난 것입니다. 같은 층, 같은 채널에서 두 이미지의 행렬을 비교해 보세요.',
  gramOf: '{layer} 층에서 구한 {what} 그람 행렬, 채널 {n} × {n}',
  gramPhoto: '사진의',
  gramStyle: '스타일 이미지의',
  styleCost: '스타일 비용',
  styleText:
    '한 층의 스타일 비용은 S와 G의 그람 행렬의 차이를 제곱해 더한 값입니다. 여러 층의 비용에는 가중치 λ를 곱해 더합니다. 얕은 층만 쓰면 색과 세밀한 질감만 옮겨지고, 깊은 층을 더하면 큰 형태도 옮겨집니다.',
  lambda: '{layer}의 λ',
  share: '스타일 비용에서 차지하는 비율: {v}%',
  needOne: '가중치가 0보다 큰 층이 하나 이상 있어야 합니다.',
  total: '전체 비용과 최적화',
  totalText:
    'α와 β는 두 비용의 비중을 정합니다. J의 기울기는 픽셀이 바뀔 때 J가 얼마나 바뀌는지를 나타냅니다. 아래 맵은 기울기의 크기이며, 가장 크게 바뀔 곳이 밝습니다. 스텝마다 모든 픽셀 값이 기울기의 반대 방향으로 조금씩 움직이고, 100스텝이 지나면 이미지가 완성됩니다. 실행하는 동안 가중치를 바꿔 보세요.',
  contentLayer: '콘텐츠 층',
  alpha: 'α, 콘텐츠 가중치',
  beta: 'β, 스타일 가중치',
  gradient: '픽셀별 기울기의 크기',
  paint: '100스텝 실행',
  stop: '멈추기',
  step: '스텝 {n}/{m}',
  painted: '생성 이미지 G',
  formula: '수식',
  wait: '계산하는 중 …',
  more: '스튜디오에서는 더 크게, 더 빠르게, 더 다양한 설정으로 그릴 수 있습니다. 워크북에서는 주피터 노트북 과제의 함수를 직접 작성하고 정답과 비교할 수 있습니다.',
  toStudio: '스튜디오로',
};

export const tl = speaker<keyof typeof en>({ en, ko });
