/** Options as forms name them. An option that is not here shows its own name and its help from the schema. */
import { type OptionName, optionMeta } from '../../core/options.js';
import { language } from './words.js';

interface OptionWords {
  readonly label: string;
  readonly help: string;
}

const KOREAN: Readonly<Record<string, OptionWords>> = {
  size: { label: '크기', help: '긴 변의 픽셀 수(비율 유지), 또는 정확히 <너비>x<높이>' },
  pooling: { label: '풀링', help: '신경망의 블록 사이에서 줄이는 방법' },
  contentLayers: { label: '콘텐츠 층', help: '사진의 형태를 붙잡는 층' },
  styleLayers: { label: '스타일 층', help: '그람 행렬이 화풍을 나타내는 층' },
  alpha: { label: '알파', help: '콘텐츠 비용의 가중치' },
  beta: { label: '베타', help: '스타일 비용의 가중치' },
  optimizer: { label: '최적화 방법', help: '픽셀을 바꾸는 방법' },
  steps: { label: '스텝 수', help: '그리는 스텝의 수' },
  learningRate: { label: '학습률', help: 'Adam 스텝 또는 첫 L-BFGS 스텝의 크기(0..255 단계)' },
  init: { label: '시작', help: 'content(사진), noise(잡음), 또는 사진에 섞을 잡음의 비율 0~1' },
  seed: { label: '시드', help: '시작 잡음의 시드(numpy RandomState)' },
  strength: { label: '화풍의 세기', help: '0은 사진, 1은 그림' },
  statistic: { label: '통계량', help: '화풍을 재는 방법' },
  tv: { label: '매끄러움', help: '이웃한 픽셀의 차이(총변동)에 주는 가중치' },
  colors: { label: '색', help: '그림의 색을 쓸지 사진의 색을 지킬지' },
  styleScale: { label: '붓자국 크기', help: '그림에 견준 화풍의 크기' },
  scales: { label: '단계 수', help: '작은 그림에서 큰 그림으로 가는 단계의 수' },
};

export function optionWords(name: OptionName): OptionWords {
  const korean = language.value === 'ko' ? KOREAN[name] : undefined;
  if (korean) return korean;
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return { label: spaced.charAt(0).toUpperCase() + spaced.slice(1), help: optionMeta(name).help };
}
