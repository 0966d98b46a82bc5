/** Options as forms name them. An option that is not here shows its own name and its help from the schema. */
import { type OptionName, optionMeta } from '../../core/options/options.js';
import { language } from './words.js';

interface OptionWords {
  readonly label: string;
  readonly help: string;
}

const KOREAN: Readonly<Record<string, OptionWords>> = {
  size: { label: '크기', help: '긴 변의 픽셀 수(비율 유지), 또는 정확히 <너비>x<높이>' },
  fit: {
    label: '맞추는 방법',
    help: '정확한 크기로 맞출 때 가운데만 자르기(crop), 또는 비율을 무시하고 늘리기(stretch)',
  },
  input: { label: '신경망 입력', help: '0..255에서 평균을 뺀 값(centred), 또는 빨강과 파랑을 바꾼 0..1(unit)' },
  pooling: { label: '풀링', help: '신경망의 블록 사이에서 크기를 줄이는 방법' },
  contentLayers: { label: '콘텐츠 층', help: '사진의 형태를 비교하는 층' },
  styleLayers: { label: '스타일 층', help: '그람 행렬로 스타일을 재는 층' },
  alpha: { label: '알파', help: '콘텐츠 비용의 가중치' },
  beta: { label: '베타', help: '스타일 비용의 가중치' },
  optimizer: { label: '최적화 방법', help: '픽셀을 바꾸는 방법' },
  steps: { label: '스텝 수', help: '첫 단계를 뺀 각 단계의 최대 스텝 수' },
  learningRate: { label: '학습률', help: 'Adam 스텝 또는 첫 L-BFGS 스텝의 크기(0..255 단계)' },
  init: {
    label: '시작',
    help: 'content(사진), noise(잡음), jitter(사진에 더한 잡음), 또는 사진에 섞을 잡음의 비율 0~1',
  },
  seed: { label: '시드', help: '시작 잡음의 시드(numpy RandomState)' },
  strength: { label: '스타일의 세기', help: '0은 사진, 1은 스타일' },
  statistic: { label: '통계량', help: '스타일을 재는 방법' },
  tv: { label: '매끄러움', help: '총변동의 가중치: 클수록 매끄러움' },
  flatness: { label: '고른 면', help: '윤곽 안쪽 면의 얼룩을 줄이는 가중치: 클수록 면이 고르고 윤곽은 남음' },
  colors: {
    label: '색',
    help: '스타일 이미지의 색(painting), 사진의 색(photo, 밝기만 바뀜), 또는 사진에 맞춘 스타일의 색',
  },
  styleScale: { label: '붓 터치의 크기', help: '스타일 이미지의 긴 변이 그림 긴 변의 몇 배인지' },
  styleMix: { label: '여러 스타일', help: '모든 곳에서 섞기(blend), 또는 위치별로 나누어 쓰기(divide)' },
  styleFit: {
    label: '스타일 이미지의 모양',
    help: '가로와 세로를 정했을 때 스타일 이미지를 통째로 쓸지(whole), 그림의 비율로 자를지(crop)',
  },
  padding: { label: '가장자리', help: '이미지 테두리 바깥을 채우는 방법' },
  averaging: { label: '평균', help: '최근 스텝들의 이동 평균을 결과로 씀. 마지막 스텝의 비중은 1에서 이 값을 뺀 것' },
  clamp: { label: '값 범위 제한', help: '스텝마다 픽셀 값을 표시할 수 있는 범위로 제한' },
  tolerance: { label: '끝내는 기준', help: '열 스텝 동안 비용이 이 비율보다 적게 줄면 그 단계를 마침' },
  firstSize: { label: '첫 크기', help: '첫 단계의 긴 변. 단계마다 √2배로 커짐. 0이면 처음부터 전체 크기' },
  lastSteps: {
    label: '마지막 단계의 스텝 수',
    help: '여러 단계 가운데 마지막 단계의 최대 스텝 수. 둘째 단계부터 이 수까지 줄어듦',
  },
  largeSteps: {
    label: '큰 단계의 스텝 수',
    help: '100만 픽셀을 넘는 단계의 최대 스텝 수. 이 단계에서는 세부만 달라짐',
  },
  firstSteps: { label: '첫 단계의 스텝 수', help: '여러 단계 가운데 첫 단계의 최대 스텝 수' },
};

export function optionWords(name: OptionName): OptionWords {
  const korean = language.value === 'ko' ? KOREAN[name] : undefined;
  if (korean) return korean;
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return { label: spaced.charAt(0).toUpperCase() + spaced.slice(1), help: optionMeta(name).help };
}
