/** What the page knows, as signals. Actions change it, components show it. */
import { computed, signal } from '@preact/signals';
import type { PaintingView } from '../client.js';
import { type OptionName, type Options, type OptionsInput, resolveOptions } from '../core/options/options.js';
import type { WebDevice } from '../engines/web.js';
import type { Stroke } from './brush/masks.js';
import type { Frame, Ready, Stage, StepReport } from './painting/protocol.js';
import type { OpenedPicture } from './pictures/open.js';
import { firstPlace, type Place } from './server/service.js';
import type { Painting } from './store/history.js';
import type { Interrupted } from './store/sessions.js';
import type { Params, Word } from './words/words.js';

export interface StyleItem {
  readonly id: string;
  readonly picture: OpenedPicture;
  readonly weight: number;
  /** Where the brush painted it; the painting's own where undefined. */
  readonly strength?: number | undefined;
}

export type Status =
  | 'idle'
  | 'preparing'
  | 'painting'
  | 'pausing'
  | 'paused'
  | 'stopping'
  | 'done'
  | 'stopped'
  | 'failed';

export interface Notice {
  readonly id: number;
  readonly kind: 'info' | 'problem';
  /** Put into words where it is shown: the language may change meanwhile. */
  readonly word: Word;
  readonly params: Params;
  readonly actions: readonly { readonly word: Word; readonly params?: Params; readonly run: () => void }[];
}

/** Most browsers compute without a graphics device: a first painting should not take long. */
export const FIRST_PRESET = 'draft';

export const photo = signal<OpenedPicture | undefined>(undefined);
export const styles = signal<readonly StyleItem[]>([]);
export const strokes = signal<readonly Stroke[]>([]);
export const preset = signal<string>(FIRST_PRESET);
/** Options that the person set; all others are the preset's or the defaults. */
export const chosen = signal<OptionsInput>({});
/** 'pocket', or the name of a kept network. */
export const network = signal('pocket');
export const networks = signal<readonly string[]>([]);
/** How much of a network that is being fetched is here, 0 to 1. */
export const fetching = signal<{ readonly name: string; readonly done: number } | undefined>(undefined);
export const device = signal<WebDevice | 'auto'>('auto');
/** Of WASM; as many as are useful where undefined. */
export const threads = signal<number | undefined>(undefined);
export const machine = signal<{ readonly device: WebDevice; readonly threads: number }>({ device: 'wasm', threads: 1 });

/** Where paintings are painted that begin from now on. */
export const place = signal<Place>(firstPlace());
/** Names of the service's networks. */
export const serverNetworks = signal<readonly string[]>([]);
/** The painting of the service that this tab ordered before it was reloaded. */
export const ordered = signal<PaintingView | undefined>(undefined);
/** Whether what is on the easel is painted by the service. */
export const onServer = signal(false);
/** Where the service asks for a token: who wants it from the person. */
export const tokenAsked = signal<((token: string | undefined) => void) | undefined>(undefined);

export const status = signal<Status>('idle');
/** Of preparing. */
export const stage = signal<Stage>('runtime');
export const ready = signal<Ready | undefined>(undefined);
/** The newest report, and those before it. */
export const report = signal<StepReport | undefined>(undefined);
export const reports = signal<readonly StepReport[]>([]);
export const frame = signal<Frame | undefined>(undefined);
export const comparing = signal(false);
export const brushing = signal(false);
/** Frames in the timelapse. */
export const frames = signal(0);

export const notices = signal<readonly Notice[]>([]);
/** A painting of this tab that was interrupted and can be gone on with. */
export const unfinished = signal<Interrupted | undefined>(undefined);
/** The painting of the history that is on the easel. */
export const keptId = signal<string | undefined>(undefined);
/** False where the browser keeps nothing, or is full. */
export const keeps = signal(true);
export const history = signal<readonly Painting[]>([]);
export const historyOpen = signal(false);

/** All options as they would be painted with. */
export const options = computed<Options>(() => resolveOptions({ preset: preset.value, ...chosen.value }));

/** The two ways to balance content and style: setting one puts the other aside. */
const BALANCE: readonly (readonly OptionName[])[] = [['strength'], ['alpha', 'beta']];

/** Sets an option, already checked; undefined leaves it to the preset again. */
export function setOption(name: OptionName, value: unknown): void {
  const aside = BALANCE.some((way) => way.includes(name)) ? BALANCE.filter((way) => !way.includes(name)).flat() : [];
  const kept = Object.entries(chosen.value).filter(([other]) => other !== name && !aside.includes(other as OptionName));
  chosen.value = { ...Object.fromEntries(kept), ...(value === undefined ? {} : { [name]: value }) } as OptionsInput;
}

export const busy = computed(() => ['preparing', 'painting', 'pausing', 'paused', 'stopping'].includes(status.value));
export const canPaint = computed(
  () => photo.value !== undefined && styles.value.some(({ weight }) => weight > 0) && !busy.value,
);

/** Seconds per step of late: the median of the last few, so that one slow step does not shake the forecast. */
export const pace = computed(() => {
  const scale = reports.value.at(-1)?.scale;
  const late = reports.value
    .slice(-7)
    .filter((other) => other.scale === scale)
    .map(({ seconds }) => seconds);
  return late.sort((a, b) => a - b)[Math.floor(late.length / 2)];
});

let noticeId = 0;

/** Shows a notice, in place of one that says the same. */
export function notify(
  kind: Notice['kind'],
  word: Word,
  params: Params = {},
  actions: Notice['actions'] = [],
): Notice['id'] {
  const notice = { id: ++noticeId, kind, word, params, actions };
  const said = (other: Notice) => JSON.stringify([other.word, other.params]);
  notices.value = [...notices.value.filter((other) => said(other) !== said(notice)), notice].slice(-3);
  // What asks for an answer or tells of a problem stays until it is read.
  if (kind === 'info' && actions.length === 0) setTimeout(() => dismiss(notice.id), 8000);
  return notice.id;
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
