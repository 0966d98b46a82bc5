/** The learner's tensors: operations named as in TensorFlow, which record what they would compute. */
import type { Argument, Call, Found, LoopEvent, Outcome, RecordedNode, Report, Returned } from './recorded.js';

/** Lines of the learner's code within the text that runs. */
interface Place {
  readonly first: number;
  readonly count: number;
}

/** What the learner's code finds around it, by name. */
type Given = Readonly<Record<string, unknown>>;

/** Names that the learner's code may use without declaring them. */
export const GIVEN_NAMES = [
  'tf',
  'print',
  'model',
  'trainStep',
  'J',
  'JContent',
  'JStyle',
  'saveImage',
  'vggModelOutputs',
  'aC',
  'aS',
  'optimizer',
  'clip01',
  'computeStyleCost',
  'STYLE_LAYERS',
] as const;

/**
 * The program that a sandbox runs: one expression whose value is a Report as JSON text. It needs nothing from around it
 * but the language itself.
 *
 * @param code the learner's, as plain JavaScript that parses.
 * @param functions names of the functions that calls may name.
 */
export function programText(code: string, functions: readonly string[], calls: readonly Call[]): string {
  const head = `JSON.stringify((${record.toString()})(${JSON.stringify(calls)}, PLACE, ({ ${GIVEN_NAMES} }) => (() => { 'use strict';\n`;
  const lines = (text: string) => text.split('\n').length;
  const place = JSON.stringify({ first: lines(head), count: lines(code) });
  const found = functions.map((name) => `${name}: typeof ${name} === 'function' ? ${name} : undefined`);
  return `${head.replace('PLACE', place)}${code}\nreturn { ${found} };\n})()))`;
}

/**
 * Runs in the sandbox. Its own text is what is run there, so it uses nothing from outside of itself.
 *
 * Every operation checks the shapes that it is given, so that a mistake is told where it is made.
 */
function record(calls: readonly Call[], place: Place, learner: (given: Given) => Record<string, unknown>): Report {
  const MOST_NODES = 20_000;
  const MOST_NUMBERS = 100_000;

  class Refusal extends Error {
    constructor(
      readonly code: string,
      readonly params: Record<string, string | number> = {},
    ) {
      super(code);
    }
  }

  let nodes: RecordedNode[] = [];
  let events: LoopEvent[] = [];
  /** Updates of the painted picture so far. */
  let version = 0;
  let inputs = new Map<string, Tensor>();

  const show = (shape: readonly number[]) => `[${shape.join(', ')}]`;
  const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
  const described = (value: unknown): string => {
    if (value instanceof Tensor) return `a tensor of shape ${show(value.shape)}`;
    if (value instanceof Variable) return 'the picture';
    if (typeof value === 'string') return `"${value.slice(0, 40)}"`;
    if (typeof value === 'function') return 'a function';
    if (Array.isArray(value)) return `a list of ${value.length}`;
    if (typeof value === 'object' && value !== null) return value instanceof Promise ? 'a promise' : 'an object';
    return String(value);
  };

  class Tensor {
    constructor(
      readonly id: number,
      readonly shape: readonly number[],
    ) {}
    get rank() {
      return this.shape.length;
    }
    [Symbol.toPrimitive](hint: string) {
      if (hint === 'string') return `Tensor${show(this.shape)}`;
      throw new Refusal('arithmetic');
    }
  }

  class Variable {
    assign(value: unknown) {
      const what = value instanceof Start ? 'start' : value instanceof Clipped ? 'clipped' : 'other';
      const at = value instanceof Clipped ? value.version : version;
      const run = () => {
        events.push({ type: 'assign', value: what, version: at });
        version++;
      };
      // TensorFlow 1 assigns when the session runs it.
      if (value instanceof Start || sessionInUse) return new Task(run);
      run();
      return this;
    }
    [Symbol.toPrimitive](): never {
      throw new Refusal('arithmetic');
    }
  }
  class Start {}
  class Image {
    constructor(readonly version: number) {}
  }
  class Clipped {
    constructor(readonly version: number) {}
  }
  class Gradient {
    constructor(readonly of: number) {}
  }
  class Task {
    constructor(readonly run: () => void) {}
  }
  class CostName {
    constructor(readonly name: string) {}
  }
  /** A cost of a step that is yet to be painted. */
  class Later {
    constructor(
      readonly id: number,
      readonly name: string,
    ) {}
    toFixed() {
      return String(this);
    }
    [Symbol.toPrimitive](hint: string) {
      if (hint === 'number') throw new Refusal('costLater');
      return `{${this.name}#${this.id}}`;
    }
  }
  let sessionInUse = false;

  function node(operation: RecordedNode['operation'], from: readonly Tensor[], shape: readonly number[], rest = {}) {
    if (nodes.length >= MOST_NODES) throw new Refusal('tooMany', { most: MOST_NODES });
    nodes.push({ operation, inputs: from.map(({ id }) => id), shape, ...rest });
    return new Tensor(nodes.length - 1, shape);
  }

  function input(name: string, shape: readonly number[]): Tensor {
    const known = inputs.get(name) ?? node('input', [], shape, { name });
    inputs.set(name, known);
    return known;
  }

  function constant(value: unknown, operation: string, position: number): Tensor {
    const numbers: number[] = [];
    const shape: number[] = [];
    const visit = (part: unknown, depth: number) => {
      if (Array.isArray(part)) {
        if (shape.length <= depth) shape.push(part.length);
        if (shape[depth] !== part.length) throw new Refusal('ragged', { operation });
        for (const item of part) visit(item, depth + 1);
      } else if (typeof part === 'number' && depth === shape.length) {
        if (!Number.isFinite(part)) throw new Refusal('nan', { operation });
        numbers.push(part);
        if (numbers.length > MOST_NUMBERS) throw new Refusal('tooLarge', { most: MOST_NUMBERS });
      } else {
        throw new Refusal('notTensor', { operation, position, received: described(part) });
      }
    };
    visit(value, 0);
    return node('constant', [], shape, { values: numbers });
  }

  function tensorOf(value: unknown, operation: string, position = 1): Tensor {
    if (value instanceof Tensor) return value;
    if (typeof value === 'number' || Array.isArray(value)) {
      if (Array.isArray(value) && value.some((item) => item instanceof Tensor)) {
        if (operation === 'constant') return concat(value.map((item) => expandDims(item)));
        throw new Refusal('listForTensor', { operation, position });
      }
      return constant(value, operation, position);
    }
    throw new Refusal('notTensor', { operation, position, received: described(value) });
  }

  const wholes = (value: unknown, operation: string, name: string): number[] => {
    const list = value instanceof Shape ? [...value.extents] : typeof value === 'number' ? [value] : value;
    if (!Array.isArray(list) || !list.every((item) => Number.isInteger(item))) {
      throw new Refusal('notWhole', { operation, name, received: describedList(list) });
    }
    return list as number[];
  };
  const describedList = (value: unknown) =>
    Array.isArray(value)
      ? `[${value.map((item) => (typeof item === 'number' ? String(item) : described(item))).join(', ')}]`
      : described(value);
  class Shape {
    constructor(readonly extents: readonly number[]) {}
    *[Symbol.iterator]() {
      yield* this.extents;
    }
  }

  function broadcast(a: readonly number[], b: readonly number[], operation: string): number[] {
    const rank = Math.max(a.length, b.length);
    return Array.from({ length: rank }, (_, axis) => {
      const m = a[axis - rank + a.length] ?? 1;
      const n = b[axis - rank + b.length] ?? 1;
      if (m !== n && m !== 1 && n !== 1) throw new Refusal('broadcast', { operation, a: show(a), b: show(b) });
      return Math.max(m, n);
    });
  }

  const binary = (operation: 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum') =>
    function (this: unknown, x: unknown, y: unknown) {
      const [a, b] = [tensorOf(x, operation, 1), tensorOf(y, operation, 2)];
      return node(operation, [a, b], broadcast(a.shape, b.shape, operation));
    };
  const unary = (operation: 'sqrt' | 'abs' | 'exp' | 'log') => (x: unknown) => {
    const a = tensorOf(x, operation);
    return node(operation, [a], a.shape);
  };

  const axisOf = (axis: number, rank: number, operation: string) => {
    if (axis < -rank || axis >= rank) throw new Refusal('axis', { operation, axis, rank });
    return axis < 0 ? axis + rank : axis;
  };

  function reduceSum(x: unknown, axis?: unknown, keepDims: unknown = false, operation = 'reduceSum'): Tensor {
    const a = tensorOf(x, operation);
    const listed = axis === undefined || axis === null ? a.shape.map((_, i) => i) : wholes(axis, operation, 'axis');
    const axes = [...new Set(listed.map((i) => axisOf(i, a.rank, operation)))].sort((i, j) => i - j);
    const summed = node(
      'sum',
      [a],
      a.shape.filter((_, i) => !axes.includes(i)),
      { axes },
    );
    return keepDims
      ? reshape(
          summed,
          a.shape.map((extent, i) => (axes.includes(i) ? 1 : extent)),
        )
      : summed;
  }

  function reshape(x: unknown, to: unknown): Tensor {
    const a = tensorOf(x, 'reshape');
    const wanted = wholes(to, 'reshape', 'shape');
    const size = sizeOf(a.shape);
    const known = wanted.filter((extent) => extent !== -1);
    const open = wanted.length - known.length;
    const rest = size / sizeOf(known);
    const fits = open === 0 ? rest === 1 : open === 1 && Number.isInteger(rest);
    if (!fits || known.some((extent) => extent < 1)) {
      throw new Refusal('reshape', { from: show(a.shape), to: show(wanted), size, other: Math.abs(sizeOf(known)) });
    }
    const shape = wanted.map((extent) => (extent === -1 ? rest : extent));
    return node('reshape', [a], shape);
  }

  function transpose(x: unknown, perm?: unknown): Tensor {
    const a = tensorOf(x, 'transpose');
    const given = perm === undefined || perm === null ? undefined : wholes(perm, 'transpose', 'perm');
    const axes = given ?? a.shape.map((_, i) => a.rank - 1 - i);
    if ([...axes].sort((i, j) => i - j).join() !== a.shape.map((_, i) => i).join()) {
      throw new Refusal('permutation', { perm: show(axes), shape: show(a.shape) });
    }
    return node(
      'transpose',
      [a],
      axes.map((axis) => a.shape[axis] as number),
      { axes },
    );
  }

  function matMul(x: unknown, y: unknown, first: unknown = false, second: unknown = false): Tensor {
    const flags = typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : undefined;
    const transposeA = Boolean(flags ? flags.transposeA : first);
    const transposeB = Boolean(flags ? flags.transposeB : second);
    const [a, b] = [tensorOf(x, 'matMul', 1), tensorOf(y, 'matMul', 2)];
    if (a.rank < 2 || b.rank < 2) throw new Refusal('matMulRank', { a: show(a.shape), b: show(b.shape) });
    const side = (shape: readonly number[], swap: boolean) => {
      const [m, k] = shape.slice(-2) as [number, number];
      return swap ? [k, m] : [m, k];
    };
    const [m, k] = side(a.shape, transposeA) as [number, number];
    const [k2, n] = side(b.shape, transposeB) as [number, number];
    const batch = a.shape.slice(0, -2);
    if (k !== k2 || String(batch) !== String(b.shape.slice(0, -2))) {
      const flag = (on: boolean) => (on ? ' transposed' : '');
      const same = String(a.shape) === String(b.shape) && !transposeA && !transposeB;
      throw new Refusal(same ? 'matMulSame' : 'matMul', {
        a: `${show(a.shape)}${flag(transposeA)}`,
        b: `${show(b.shape)}${flag(transposeB)}`,
      });
    }
    return node('matMul', [a, b], [...batch, m, n], { transposeA, transposeB });
  }

  function concat(parts: unknown, along: unknown = 0): Tensor {
    if (!Array.isArray(parts) || parts.length === 0) {
      throw new Refusal('notTensor', { operation: 'concat', position: 1, received: described(parts) });
    }
    const tensors = parts.map((part) => tensorOf(part, 'concat'));
    const [head] = tensors as [Tensor];
    const axis = axisOf(wholes(along, 'concat', 'axis')[0] as number, head.rank, 'concat');
    const rest = (shape: readonly number[]) => show(shape.filter((_, i) => i !== axis));
    for (const { shape } of tensors) {
      if (rest(shape) !== rest(head.shape)) {
        throw new Refusal('broadcast', { operation: 'concat', a: show(head.shape), b: show(shape) });
      }
    }
    const total = tensors.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
    return node(
      'concat',
      tensors,
      head.shape.map((extent, i) => (i === axis ? total : extent)),
      { axes: [axis] },
    );
  }

  function slice(x: unknown, begin: unknown, size: unknown): Tensor {
    const a = tensorOf(x, 'slice');
    const from = wholes(begin, 'slice', 'begin');
    const many = wholes(size, 'slice', 'size');
    const to = from.map((start, i) => (many[i] === -1 ? (a.shape[i] as number) : start + (many[i] as number)));
    const fits = from.every(
      (start, i) => start >= 0 && start < (to[i] as number) && (to[i] as number) <= (a.shape[i] as number),
    );
    if (from.length !== a.rank || many.length !== a.rank || !fits) {
      throw new Refusal('slice', { begin: show(from), size: show(many), shape: show(a.shape) });
    }
    return node(
      'slice',
      [a],
      to.map((end, i) => end - (from[i] as number)),
      { begin: from, end: to },
    );
  }

  function expandDims(x: unknown, axis: unknown = 0): Tensor {
    const a = tensorOf(x, 'expandDims');
    const at = axisOf(wholes(axis, 'expandDims', 'axis')[0] as number, a.rank + 1, 'expandDims');
    return reshape(a, [...a.shape.slice(0, at), 1, ...a.shape.slice(at)]);
  }

  function pow(x: unknown, exponent: unknown): Tensor {
    if (!Number.isInteger(exponent) || (exponent as number) < 1 || (exponent as number) > 8) {
      throw new Refusal('exponent', { received: described(exponent) });
    }
    const a = tensorOf(x, 'pow');
    let result = a;
    for (let i = 1; i < (exponent as number); i++) result = node('multiply', [result, a], a.shape);
    return result;
  }

  const filled = (value: number, operation: string) => (shape: unknown) => {
    const extents = wholes(shape, operation, 'shape');
    return node('expand', [constant(value, operation, 1)], extents);
  };

  const operations: Record<string, (...args: never[]) => unknown> = {
    constant: (value: unknown) => tensorOf(value, 'constant'),
    scalar: (value: unknown) => tensorOf(value, 'scalar'),
    add: binary('add'),
    subtract: binary('subtract'),
    multiply: binary('multiply'),
    divide: binary('divide'),
    maximum: binary('maximum'),
    minimum: binary('minimum'),
    addN: (parts: unknown) => {
      if (!Array.isArray(parts) || parts.length === 0) {
        throw new Refusal('notTensor', { operation: 'addN', position: 1, received: described(parts) });
      }
      return parts
        .map((part) => tensorOf(part, 'addN'))
        .reduce((a, b) => node('add', [a, b], broadcast(a.shape, b.shape, 'addN')));
    },
    negative: (x: unknown) => {
      const a = tensorOf(x, 'negative');
      return node('multiply', [a, constant(-1, 'negative', 1)], a.shape);
    },
    square: (x: unknown) => {
      const a = tensorOf(x, 'square');
      return node('multiply', [a, a], a.shape);
    },
    squaredDifference: (x: unknown, y: unknown) => {
      const [a, b] = [tensorOf(x, 'squaredDifference', 1), tensorOf(y, 'squaredDifference', 2)];
      const difference = node('subtract', [a, b], broadcast(a.shape, b.shape, 'squaredDifference'));
      return node('multiply', [difference, difference], difference.shape);
    },
    pow,
    sqrt: unary('sqrt'),
    abs: unary('abs'),
    exp: unary('exp'),
    log: unary('log'),
    reduceSum: (x: unknown, axis?: unknown, keepDims?: unknown) => reduceSum(x, axis, keepDims),
    reduceMean: (x: unknown, axis?: unknown, keepDims?: unknown) => {
      const a = tensorOf(x, 'reduceMean');
      const summed = reduceSum(a, axis, keepDims, 'reduceMean');
      const count = sizeOf(a.shape) / sizeOf(summed.shape);
      return node('divide', [summed, constant(count, 'reduceMean', 1)], summed.shape);
    },
    reshape,
    transpose,
    matMul,
    concat,
    stack: (parts: unknown, axis: unknown = 0) => {
      if (!Array.isArray(parts))
        throw new Refusal('notTensor', { operation: 'stack', position: 1, received: described(parts) });
      return concat(
        parts.map((part) => expandDims(part, axis)),
        axis,
      );
    },
    slice,
    expandDims,
    squeeze: (x: unknown) => {
      const a = tensorOf(x, 'squeeze');
      return reshape(
        a,
        a.shape.filter((extent) => extent !== 1),
      );
    },
    zeros: filled(0, 'zeros'),
    ones: filled(1, 'ones'),
    shape: (x: unknown) => [...tensorOf(x, 'shape').shape],
    size: (x: unknown) => sizeOf(tensorOf(x, 'size').shape),
    gradient: (of: unknown, picture: unknown) => {
      if (!(of instanceof Tensor))
        throw new Refusal('notTensor', { operation: 'gradient', position: 1, received: described(of) });
      if (of.rank > 0) throw new Refusal('gradientScalar', { shape: show(of.shape) });
      if (!(picture instanceof Variable)) throw new Refusal('gradientPicture', { received: described(picture) });
      return new Gradient(of.id);
    },
    globalVariablesInitializer: () => new Task(() => {}),
  };
  const OTHER_NAMES: Record<string, string> = {
    sub: 'subtract',
    mul: 'multiply',
    div: 'divide',
    neg: 'negative',
    matmul: 'matMul',
    mm: 'matMul',
    dot: 'matMul',
    sum: 'reduceSum',
    reduce_sum: 'reduceSum',
    mean: 'reduceMean',
    reduce_mean: 'reduceMean',
    sq: 'square',
    T: 'transpose',
    view: 'reshape',
    expand_dims: 'expandDims',
    add_n: 'addN',
    squared_difference: 'squaredDifference',
    get_shape: 'shape',
  };
  const tf = new Proxy(operations, {
    get: (target, name) => {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name);
      const meant = OTHER_NAMES[name];
      throw new Refusal(meant ? 'operationMeant' : 'operation', { name, ...(meant ? { meant } : {}) });
    },
    set: (_, name) => {
      throw new Refusal('operationFixed', { name: String(name) });
    },
  }) as Record<string, (...args: unknown[]) => unknown> & typeof operations;
  for (const [name, operation] of Object.entries(operations)) {
    if (name === 'shape') continue;
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...args: never[]) {
        return operation(...([this, ...args] as never[]));
      },
    });
  }
  // A name that tensors do not have is told at once, not where undefined is used.
  Object.setPrototypeOf(
    Tensor.prototype,
    new Proxy(Object.prototype, {
      get: (target, name, receiver) => {
        if (typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON') {
          return Reflect.get(target, name, receiver);
        }
        const meant = OTHER_NAMES[name];
        throw new Refusal(meant ? 'operationMeant' : 'operation', { name, ...(meant ? { meant } : {}) });
      },
    }),
  );

  /** The painting that loops are given, as far as a loop can see it. */
  const STYLE_LAYERS = [
    ['conv1_1', 0.2],
    ['conv2_1', 0.2],
    ['conv3_1', 0.2],
    ['conv4_1', 0.2],
    ['conv5_1', 0.2],
  ] as const;
  /** Small layers, the content layer last. */
  const LAYER_SHAPES = [4, 4, 3, 3, 2, 2].map((side, i) => [1, side, side + 1, i + 2]);
  const outputs = (name: string) => LAYER_SHAPES.map((shape, i) => input(`${name}.${i}`, shape));
  /** Outputs of a fixed picture; each call of a function records them anew. */
  const targets = (name: string) => {
    const list: Tensor[] = [];
    for (const [i, shape] of LAYER_SHAPES.entries()) {
      Object.defineProperty(list, i, { get: () => input(`${name}.${i}`, shape), enumerable: true });
    }
    return list;
  };
  let picture = new Variable();
  const print = (...parts: unknown[]) => {
    if (events.length > MOST_NODES) throw new Refusal('tooMany', { most: MOST_NODES });
    events.push({ type: 'print', text: parts.map(String).join(' ').slice(0, 500) });
  };
  const trainTask = new Task(() => {
    events.push({ type: 'train' });
    version++;
  });
  let costsAsked = 0;
  const session = {
    run(what: unknown): unknown {
      if (events.length > MOST_NODES) throw new Refusal('tooMany', { most: MOST_NODES });
      if (what instanceof Task) return what.run();
      if (what instanceof Variable) return new Image(version);
      if (what instanceof CostName) return (session.run([what]) as unknown[])[0];
      if (Array.isArray(what) && what.length > 0 && what.every((item) => item instanceof CostName)) {
        const id = costsAsked++;
        events.push({ type: 'costs', names: what.map(({ name }) => name), id });
        return what.map(({ name }) => new Later(id, name));
      }
      if (Array.isArray(what)) return what.map((item) => session.run(item));
      throw new Refusal('sessionRun', { received: described(what) });
    },
  };
  const given: Record<string, unknown> = {
    tf,
    print,
    model: {
      get input() {
        return picture;
      },
    },
    trainStep: trainTask,
    J: new CostName('J'),
    JContent: new CostName('JContent'),
    JStyle: new CostName('JStyle'),
    saveImage: (path: unknown, image: unknown) => {
      if (events.length > MOST_NODES) throw new Refusal('tooMany', { most: MOST_NODES });
      events.push({ type: 'save', path: String(path), version: image instanceof Image ? image.version : undefined });
    },
    vggModelOutputs: (image: unknown) => {
      if (!(image instanceof Variable)) throw new Refusal('modelPicture', { received: described(image) });
      return outputs(`aG${version}`);
    },
    aC: targets('aC'),
    aS: targets('aS'),
    optimizer: {
      applyGradients(pairs: unknown) {
        const pair = Array.isArray(pairs) && pairs.length === 1 ? pairs[0] : undefined;
        if (!Array.isArray(pair) || !(pair[0] instanceof Gradient) || !(pair[1] instanceof Variable)) {
          throw new Refusal('applyGradients', { received: describedList(pairs) });
        }
        events.push({ type: 'apply', of: pair[0].of });
        version++;
      },
    },
    clip01: (image: unknown) => {
      if (!(image instanceof Variable)) throw new Refusal('modelPicture', { received: described(image) });
      return new Clipped(version);
    },
    computeStyleCost: (styles: unknown, painted: unknown) => {
      const cost = functions.computeLayerStyleCost;
      if (typeof cost !== 'function') throw new Refusal('missing', { name: 'computeLayerStyleCost' });
      if (!Array.isArray(styles) || !Array.isArray(painted)) {
        throw new Refusal('notList', {
          operation: 'computeStyleCost',
          received: described(Array.isArray(styles) ? painted : styles),
        });
      }
      return STYLE_LAYERS.map(([, weight], i) => {
        const layer = tensorOf(cost(styles[i], painted[i]), 'computeStyleCost');
        return node('multiply', [constant(weight, 'computeStyleCost', 1), layer], layer.shape);
      }).reduce((a, b) => node('add', [a, b], broadcast(a.shape, b.shape, 'computeStyleCost')));
    },
    STYLE_LAYERS,
  };

  function lineOf(error: unknown): number | undefined {
    const stack = error instanceof Error ? String(error.stack) : '';
    for (const [, line] of stack.matchAll(/:(\d+):\d+\)?$/gm)) {
      const own = Number(line) - place.first + 1;
      if (own >= 1 && own <= place.count) return own;
    }
    return undefined;
  }

  function foundOf(error: unknown): Found {
    const line = lineOf(error);
    if (error instanceof Refusal) return { code: error.code, params: error.params, line };
    if (error instanceof Error && error.name === 'RangeError' && /call stack/i.test(error.message)) {
      return { code: 'recursion', params: {}, line };
    }
    if (error instanceof Error && /array length|allocation failed|out of memory/i.test(error.message)) {
      return { code: 'memory', params: {}, line };
    }
    if (error instanceof Error) {
      const unknown = /^(\S+) is not defined/.exec(error.message)?.[1];
      if (unknown !== undefined) return { code: 'unknownName', params: { name: unknown }, line };
      return { code: 'threw', params: { message: error.message.slice(0, 200) }, line };
    }
    return { code: 'threw', params: { message: described(error) }, line };
  }

  function argumentOf(argument: Argument): unknown {
    if (argument.type === 'tensor') return input(argument.name, argument.shape);
    if (argument.type === 'list') return argument.items.map(argumentOf);
    if (argument.type === 'number') return argument.value;
    if (argument.type === 'image') return sessionInUse ? new Start() : picture;
    return session;
  }

  function returnedOf(value: unknown): Returned {
    if (value instanceof Tensor) return { type: 'node', node: value.id };
    if (typeof value === 'number' && Number.isFinite(value)) return { type: 'number', value };
    if (value instanceof Image) return { type: 'image', version: value.version };
    if (value instanceof Variable) return { type: 'image', version };
    if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      return { type: 'json', text: JSON.stringify(value).slice(0, 10_000) };
    }
    return { type: 'other', text: described(value) };
  }

  let functions: Record<string, unknown>;
  try {
    functions = learner(given);
  } catch (error) {
    return { problem: foundOf(error) };
  }

  const outcomes = calls.map((call): Outcome => {
    nodes = [];
    events = [];
    inputs = new Map();
    version = 0;
    costsAsked = 0;
    picture = new Variable();
    sessionInUse = call.arguments.some(({ type }) => type === 'session');
    const called = functions[call.name];
    if (typeof called !== 'function') return { problem: { code: 'missing', params: { name: call.name } } };
    try {
      const returned = returnedOf(called(...call.arguments.map(argumentOf)));
      return { nodes, returned, events };
    } catch (error) {
      return { problem: foundOf(error) };
    }
  });
  return { outcomes };
}
