/** Networks that can be pulled by name, as data. */
import { type Convolution, VGG19, vggTable } from './network.js';

/** One published file; any of its URLs gives the same bytes. */
export interface Source {
  readonly format: string;
  readonly urls: readonly string[];
  /** Bytes to download. */
  readonly sizeBytes: number;
  readonly md5?: string;
  readonly sha256?: string;
  /**
   * Only the convolutions of this safetensors file are wanted, a small part of it, fetched by ranges. The
   * hash of the whole file cannot be checked then; the shapes and their bytes in all are.
   */
  readonly convolutionsOnly?: boolean;
}

export interface RegistryEntry {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  readonly attribution: string;
  readonly training: string;
  /** How the published file wants its input; ours is always RGB in 0..255 minus the mean. */
  readonly input: string;
  /** What its file must turn out to hold. */
  readonly convolutions: readonly Convolution[];
  /** In order of preference. */
  readonly sources: readonly Source[];
}

const KERAS = 'https://storage.googleapis.com/tensorflow/keras-applications';
/** The same files, published first. */
const KERAS_FIRST = 'https://github.com/fchollet/deep-learning-models/releases/download/v0.1';

const OXFORD = {
  licence: 'CC BY 4.0',
  attribution: 'Visual Geometry Group, University of Oxford (Simonyan & Zisserman 2015)',
  training: 'the original training on ImageNet (ILSVRC 2012), Oxford',
  input: 'BGR in 0..255 minus [103.939, 116.779, 123.68]',
} as const;

export const REGISTRY: readonly RegistryEntry[] = [
  {
    name: 'vgg19',
    title: 'VGG-19',
    ...OXFORD,
    convolutions: VGG19,
    sources: [
      {
        format: 'Keras',
        urls: [
          `${KERAS}/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5`,
          `${KERAS_FIRST}/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5`,
        ],
        sizeBytes: 80_134_624,
        md5: '253f8cb515780f3b799900260a226db6',
      },
      {
        format: 'MatConvNet',
        urls: ['https://www.vlfeat.org/matconvnet/models/imagenet-vgg-verydeep-19.mat'],
        sizeBytes: 534_904_783,
        sha256: 'abdb57167f82a2a1fbab1e1c16ad9373411883f262a1a37ee5db2e6fb0044695',
      },
    ],
  },
  {
    name: 'vgg16',
    title: 'VGG-16',
    ...OXFORD,
    convolutions: vggTable([
      [64, 64],
      [128, 128],
      [256, 256, 256],
      [512, 512, 512],
      [512, 512, 512],
    ]),
    sources: [
      {
        format: 'Keras',
        urls: [
          `${KERAS}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5`,
          `${KERAS_FIRST}/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5`,
        ],
        sizeBytes: 58_889_256,
        md5: '6d6bbae143d832006294945121d1f1fc',
      },
    ],
  },
  {
    name: 'vgg19-torchvision',
    title: 'VGG-19, trained anew by torchvision',
    licence: 'BSD-3-Clause',
    attribution: 'torchvision; file by timm (tv_in1k)',
    training: "torchvision's own training on ImageNet (ILSVRC 2012)",
    input: 'RGB in 0..1 minus [0.485, 0.456, 0.406], over [0.229, 0.224, 0.225]',
    convolutions: VGG19,
    sources: [
      {
        format: 'torchvision',
        urls: ['https://huggingface.co', 'https://hf-mirror.com'].map(
          (base) => `${base}/timm/vgg19.tv_in1k/resolve/main/model.safetensors`,
        ),
        sizeBytes: 80_097_536,
        sha256: '11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669',
        convolutionsOnly: true,
      },
    ],
  },
];

/** The registry's entry of this name, if it has one. */
export function registryEntry(name: string): RegistryEntry | undefined {
  return REGISTRY.find((entry) => entry.name === name);
}
