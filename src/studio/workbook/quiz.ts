/** A question at the end of each section: choices, the right one first, and why. */
import type { Language } from '../../workbook/exercises.js';

export interface Question {
  readonly ask: string;
  /** The right one first; the page shows them in an order of its own. */
  readonly choices: readonly [string, string, string];
  readonly why: string;
}

const q = (ask: string, choices: Question['choices'], why: string): Question => ({ ask, choices, why });

export const QUIZ: Readonly<Record<string, Readonly<Record<Language, Question>>>> = {
  problem: {
    en: q(
      'What does training change here?',
      ['The pixels of G', 'The weights of VGG-19', 'The pixels of S'],
      'The network and both given pictures stay as they are.',
    ),
    ko: q(
      '스타일 변환에서 학습으로 바뀌는 것은 무엇일까요?',
      ['G의 픽셀', 'VGG-19의 가중치', 'S의 픽셀'],
      '신경망과 주어진 두 이미지는 바뀌지 않습니다.',
    ),
  },
  vgg: {
    en: q(
      'What do early layers respond to?',
      ['Edges and colours', 'Whole objects', 'The name of the picture'],
      'They see few pixels each; larger things need later layers.',
    ),
    ko: q(
      '얕은 층은 무엇에 반응할까요?',
      ['가장자리와 색', '사물 전체', '이미지의 이름'],
      '얕은 층의 뉴런은 좁은 영역만 봅니다. 큰 형태는 깊은 층에서 감지합니다.',
    ),
  },
  content: {
    en: q(
      'G is C itself. What is the content cost?',
      ['0', '1/4', 'It depends on S'],
      'All differences are 0, and S has no part in it.',
    ),
    ko: q(
      'G가 C와 같다면 콘텐츠 비용은 얼마일까요?',
      ['0', '1/4', 'S에 따라 다르다'],
      '차이가 모두 0이고, S는 콘텐츠 비용과 관계없습니다.',
    ),
  },
  unroll: {
    en: q(
      'Activations [1, 4, 4, 3] are reshaped to [3, 16] without transposing. What is in the first row?',
      ['All three channels of the first places', 'The first channel', 'The first place'],
      'The channel changes fastest, so that neighbours in memory are channels of one place.',
    ),
    ko: q(
      '활성값 [1, 4, 4, 3]을 전치하지 않고 [3, 16]으로 reshape하면 첫 행에는 무엇이 있을까요?',
      ['처음 몇 위치의 세 채널 모두', '첫 번째 채널', '첫 번째 위치'],
      '채널이 가장 빨리 바뀌므로 메모리에서 이웃한 값은 같은 위치의 여러 채널입니다.',
    ),
  },
  gram: {
    en: q(
      'All places of a picture are shuffled. What happens to A Aᵀ?',
      ['Nothing', 'Its rows are shuffled', 'It becomes 0'],
      'An inner product does not depend on the order of its terms: style forgets places.',
    ),
    ko: q(
      '이미지의 위치를 모두 섞으면 A Aᵀ는 어떻게 될까요?',
      ['그대로다', '행이 섞인다', '0이 된다'],
      '내적은 항의 순서와 무관합니다. 스타일은 위치를 담지 않습니다.',
    ),
  },
  style: {
    en: q(
      'Both Gram matrices are doubled. The style cost becomes …',
      ['four times as large', 'twice as large', 'the same'],
      'Differences double, and they are squared.',
    ),
    ko: q(
      '두 그람 행렬이 모두 두 배가 되면 스타일 비용은 어떻게 될까요?',
      ['네 배', '두 배', '그대로'],
      '차이가 두 배가 되고, 비용은 그 제곱입니다.',
    ),
  },
  lambda: {
    en: q(
      'Only conv1_1 has a lambda. What is taken over?',
      ['Colours and fine grain', 'The large forms of strokes', 'The things in the painting'],
      'Its features see 3 × 3 pixels.',
    ),
    ko: q(
      'conv1_1에만 lambda를 주면 무엇이 옮겨질까요?',
      ['색과 세밀한 질감', '큰 붓 터치의 형태', '이미지 속 사물'],
      'conv1_1은 3 × 3 픽셀 영역의 특징만 감지합니다.',
    ),
  },
  total: {
    en: q(
      'α and β are both doubled. Where is the minimum of J?',
      ['At the same picture', 'Nearer to C', 'Nearer to S'],
      'J doubles everywhere; only the ratio of the weights moves the minimum.',
    ),
    ko: q(
      'α와 β를 모두 두 배로 하면 J가 최소인 이미지는 어떻게 될까요?',
      ['그대로다', 'C에 가까워진다', 'S에 가까워진다'],
      'J가 어디서나 두 배가 됩니다. 최소인 곳은 두 가중치의 비율로만 바뀝니다.',
    ),
  },
  loop: {
    en: q(
      'Why does the first edition start from noise mixed with C?',
      ['G comes near to C sooner than from noise alone', 'The costs need noise', 'Adam fails on photos'],
      'From noise alone it works, too, with more iterations.',
    ),
    ko: q(
      '초판은 왜 C에 잡음을 섞은 이미지에서 시작할까요?',
      [
        '잡음만 있을 때보다 빨리 C에 가까워져서',
        '비용을 구하는 데 잡음이 필요해서',
        'Adam이 사진에서는 동작하지 않아서',
      ],
      '잡음만으로 시작해도 되지만 반복이 더 많이 필요합니다.',
    ),
  },
};
