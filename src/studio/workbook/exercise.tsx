import { useEffect, useRef, useState } from 'preact/hooks';
import { ANSWERS } from '../../workbook/answers.js';
import { functionOf, type Exercise as Name, solutionOf } from '../../workbook/exercises.js';
import { hintsOf } from '../../workbook/hints.js';
import type { Problem } from '../../workbook/joined.js';
import { sentenceOf } from '../../workbook/sentences.js';
import { language } from '../words/words.js';
import type { Editor } from './editor.js';
import {
  checkExercise,
  checking,
  code,
  edition,
  replaced,
  solutionsHidden,
  startAgain,
  verdicts,
  write,
} from './state.js';
import { tw } from './words.js';

/** An editor; its code is loaded when the first of them comes up. */
export function Code({
  label,
  text,
  onChange,
  line,
  sentence,
}: {
  label: string;
  text: string;
  onChange: (text: string) => void;
  line?: number | undefined;
  sentence?: string | undefined;
}) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    let gone = false;
    import('./editor.js').then(({ createEditor }) => {
      if (gone || !place.current) return;
      editor.current = createEditor(place.current, label, text, (next) => change.current(next));
    });
    return () => {
      gone = true;
      editor.current?.remove();
      editor.current = undefined;
    };
  }, [label]);
  useEffect(() => editor.current?.setText(text), [replaced.value]);
  useEffect(() => editor.current?.mark(line, sentence ?? ''), [line, sentence]);
  return <div class="code" ref={place} />;
}

export function Exercise({ name }: { name: Name }) {
  const [hints, setHints] = useState(0);
  const [solved, setSolved] = useState(false);
  const verdict = verdicts.value[name];
  const problem = verdict?.problem;
  const sentence = problem && placed(problem, name);
  const texts = hintsOf(name, edition.value, language.value);
  const label = tw('editorOf', { name: functionOf(name, edition.value) });
  return (
    <div class="exercise" id={name}>
      <h3>
        {tw(name)}
        {verdict?.passed && <span class="tick"> ✓</span>}
      </h3>
      <Code
        label={label}
        text={code.value[edition.value][name]}
        onChange={(text) => write(name, text)}
        line={problem?.exercise === name ? problem.line : undefined}
        sentence={sentence}
      />
      <p class="hint">{tw('editorKeys')}</p>
      <div class="row">
        <button type="button" class="main" disabled={checking.value !== undefined} onClick={() => checkExercise(name)}>
          {checking.value === name ? tw('checking') : tw('check')}
        </button>
        {hints < 3 && (
          <button type="button" class="soft" onClick={() => setHints(hints + 1)}>
            {tw('hint', { n: hints + 1 })}
          </button>
        )}
        {hints === 3 && !solutionsHidden && !solved && (
          <button type="button" class="soft" onClick={() => setSolved(true)}>
            {tw('solution')}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          onClick={() => {
            startAgain(name);
            setHints(0);
            setSolved(false);
          }}
        >
          {tw('again')}
        </button>
      </div>
      <div class="verdict" role="status">
        {verdict && (
          <>
            {verdict.passed ? (
              <p class="right">
                {verdict.value && !verdict.value.includes('\n')
                  ? tw('rightValue', { value: verdict.value })
                  : tw('right')}
              </p>
            ) : (
              <p class="problem">{sentence ?? tw('notYet')}</p>
            )}
            {verdict.value !== undefined && verdict.expected !== undefined && (
              <dl class="values">
                <dt>{tw('yours')}</dt>
                <dd>{verdict.value}</dd>
                <dt>{tw('expected')}</dt>
                <dd>{verdict.expected}</dd>
              </dl>
            )}
            {verdict.passed && <Published name={name} />}
            {verdict.remarks.map((remark) => (
              <p class="hint" key={remark.code}>
                {sentenceOf(remark, language.value)}
              </p>
            ))}
          </>
        )}
      </div>
      {hints > 0 && (
        <ol class="hints">
          {texts.slice(0, hints).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ol>
      )}
      {solved && (
        <div class="stack">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll by keyboard as well. */}
          <pre class="solution" tabIndex={0}>
            {solutionOf(name, edition.value)}
          </pre>
          <button
            type="button"
            class="soft"
            onClick={() => {
              write(name, solutionOf(name, edition.value));
              replaced.value++;
            }}
          >
            {tw('takeSolution')}
          </button>
        </div>
      )}
    </div>
  );
}

/** Where the published digits of the later edition differ from exact ones. */
function Published({ name }: { name: Name }) {
  if (edition.value !== 'later' || !ANSWERS.later.published) return null;
  if (name === 'gramMatrix') return <p class="hint">{tw('publishedGram')}</p>;
  return name === 'layerStyleCost' ? <p class="hint">{tw('publishedStyle')}</p> : null;
}

function placed(problem: Problem, name: Name): string {
  const sentence = sentenceOf(problem, language.value);
  if (problem.line === undefined) return sentence;
  return problem.exercise === name
    ? tw('line', { n: problem.line, sentence })
    : tw('inOther', { exercise: tw(problem.exercise), n: problem.line, sentence });
}
