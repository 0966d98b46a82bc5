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
  share: 'Share of the style cost: {v} %',
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
  title: '그림은 어떻게 그려지는가',
  lead: '신경 스타일 전이를 내 사진으로 한 단계씩 따라갑니다. 아래의 모든 그림과 수치는 보고 계신 동안 이 페이지 안에서, 스튜디오와 같은 프로그램으로 계산됩니다.',
  pictures: '두 장의 그림',
  picturesText:
    'C는 콘텐츠, 곧 사진입니다. S는 스타일, 곧 그림입니다. C에 담긴 것을 S처럼 보여 주는 셋째 그림 G를 찾습니다. 학습하는 것은 없습니다. 신경망은 그대로이고 바뀌는 것은 G의 픽셀입니다.',
  content: '콘텐츠 C',
  style: '스타일 S',
  own: '내 파일',
  layers: '층이 보는 것',
  layersText:
    '이 신경망은 사진 속의 사물을 구별하도록 학습되었습니다. 층마다 그림을 여러 장의 맵으로 바꾸는데, 채널 하나가 맵 한 장이고 찾는 것이 있는 곳이 밝습니다. 앞쪽 층은 가장자리와 색을, 뒤쪽 층은 질감과 사물의 부분을 점점 성긴 위치에서 찾습니다. 다음은 사진에서 가장 활발한 맵입니다.',
  layer: '층',
  mapsOf: '{w} × {h} 채널 {n}개',
  map: '{layer} 층의 맵 {n}',
  contentCost: '콘텐츠 비용',
  contentText:
    '뒤쪽 층의 맵이 비슷하면 두 그림은 같은 것을 보여 줍니다. 그래서 콘텐츠 비용은 C와 G의 맵 a의 차이를 제곱한 것입니다. 그리기는 사진에 잡음을 섞은 데서 시작합니다. 잡음이 많을수록 비용도 큽니다.',
  noise: '잡음의 비율',
  started: '시작할 때의 그림 G',
  value: 'J content = {v}',
  gram: '그람 행렬',
  gramText:
    '위치를 잊고 나면 스타일이 남습니다. 맵을 펼쳐 채널마다 한 행인 행렬 A를 만듭니다. 그람 행렬은 채널 i와 j가 그림 어디에서든 얼마나 함께 밝은지를 말합니다. 붓자국은 이렇게 어울려 나타나는 가장자리와 색과 질감입니다. 같은 층, 같은 수의 채널로 두 그림을 견주어 보세요.',
  gramOf: '{layer} 층에서 {what} 그람 행렬, 채널 {n} × {n}',
  gramPhoto: '사진의',
  gramStyle: '그림의',
  styleCost: '스타일 비용',
  styleText:
    '한 층의 스타일 비용은 S와 G의 그람 행렬의 차이를 제곱한 것입니다. 여러 층의 비용은 가중치 λ를 곱해 더합니다. 앞쪽 층만 쓰면 색과 고운 결만 옮겨 오고, 뒤쪽 층은 더 큰 형태를 가져옵니다.',
  lambda: '{layer}의 λ',
  share: '스타일 비용에서 차지하는 몫: {v} %',
  needOne: '적어도 한 층에는 가중치가 있어야 합니다.',
  total: '전체 비용과 그리기',
  totalText:
    'α와 β는 둘 사이의 균형을 정합니다. J의 기울기는 픽셀마다 그 픽셀이 바뀔 때 J가 어떻게 바뀌는지를 말합니다. 아래 맵은 기울기의 길이로, 그림이 가장 바뀌고 싶어 하는 곳이 밝습니다. 한 스텝은 모든 픽셀을 기울기의 반대쪽으로 조금 옮기고, 백 스텝이면 그림이 됩니다. 그리면서 가중치를 바꿔 보세요.',
  contentLayer: '콘텐츠의 층',
  alpha: 'α, 콘텐츠의 가중치',
  beta: 'β, 스타일의 가중치',
  gradient: '픽셀마다의 기울기 길이',
  paint: '100스텝 그리기',
  stop: '멈추기',
  step: '{m}스텝 중 {n}',
  painted: '그림 G',
  formula: '수식',
  wait: '계산하는 중 …',
  more: '스튜디오에서는 같은 것을 더 크고 빠르게, 더 많은 선택지로 할 수 있습니다. 노트북을 가진 분은 패키지에서 그 함수들을 같은 이름으로, 테스트에서 그 모범 답을 찾을 수 있습니다.',
  toStudio: '스튜디오로',
};

export const tl = speaker<keyof typeof en>({ en, ko });
