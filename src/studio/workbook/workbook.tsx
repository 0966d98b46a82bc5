import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { EDITIONS } from '../../workbook/answers.js';
import { FileButton } from '../components/controls/file-button.js';
import { Select } from '../components/controls/select.js';
import { Header } from '../components/header.js';
import { ContentCost, Gram, LayerStyleCost, StyleCost, TotalCost } from '../learn/formulas.js';
import { language } from '../words/words.js';
import { Exercise } from './exercise.js';
import { ActivationMaps, Grams, Shares, ToyGram, Unrolled } from './figures.js';
import { Painting } from './painting.js';
import { QUIZ } from './quiz.js';
import { chooseEdition, edition, exported, name, open, passed, problem } from './state.js';
import { tw, type WorkbookWord } from './words.js';

export function Workbook() {
  return (
    <>
      <Header page="workbook" />
      <main class="lesson workbook">
        <header class="lead">
          <h1>{tw('title')}</h1>
          <p>{tw('lead')}</p>
        </header>
        <Desk />
        <Section id="problem" title="problemTitle" text="problemText" />
        <Section id="vgg" title="vggTitle" text="vggText">
          <ActivationMaps />
        </Section>
        <Section id="content" title="contentTitle" text="contentText">
          <ContentCost />
          <Exercise key={`contentCost ${edition.value}`} name="contentCost" />
        </Section>
        <Section id="unroll" title="unrollTitle" text="unrollText">
          <Unrolled />
        </Section>
        <Section id="gram" title="gramTitle" text="gramText">
          <Gram />
          <p class="prose">{tw('diagonalText')}</p>
          <ToyGram />
          <Exercise key={`gramMatrix ${edition.value}`} name="gramMatrix" />
          <Grams />
        </Section>
        <Section id="style" title="styleTitle" text="styleText">
          <LayerStyleCost />
          <Exercise key={`layerStyleCost ${edition.value}`} name="layerStyleCost" />
        </Section>
        <Section id="lambda" title="lambdaTitle" text="lambdaText">
          <StyleCost />
          <Shares />
        </Section>
        <Section id="total" title="totalTitle" text="totalText">
          <TotalCost />
          <Exercise key={`totalCost ${edition.value}`} name="totalCost" />
        </Section>
        <Section id="loop" title="loopTitle" text="loopText">
          <ol class="steps">
            {tw('loopSteps')
              .split('|')
              .map((step) => (
                <li key={step}>{step}</li>
              ))}
          </ol>
          <p class="prose">{tw(edition.value === 'first' ? 'loopFirst' : 'loopLater')}</p>
          <Exercise key={`loop ${edition.value}`} name="loop" />
        </Section>
        <Section id="paint" title="paintTitle" text="paintText">
          <Painting key={edition.value} />
        </Section>
        <Listed id="remember" title="rememberTitle" text="rememberText" />
        <Listed id="references" title="referencesTitle" text="referencesText" />
      </main>
    </>
  );
}

/** Edition, name, and the learner's work as a file. */
function Desk() {
  const id = useId();
  return (
    <div class="desk">
      <Select
        label={tw('edition')}
        value={edition.value}
        choices={EDITIONS.map((value) => ({ value, text: tw(value) }))}
        onChange={(value) => chooseEdition(value as (typeof EDITIONS)[number])}
      />
      <div class="field">
        <label for={id}>{tw('yourName')}</label>
        <input
          id={id}
          type="text"
          maxLength={200}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </div>
      <div class="row">
        <button type="button" class="soft" onClick={download}>
          {tw('exportFile')}
        </button>
        <FileButton accept=".json,application/json" onFiles={([file]) => file && open(file)}>
          {tw('importFile')}
        </FileButton>
        <span class="hint" role="status">
          {tw('progress', { n: passed() })}
        </span>
      </div>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
    </div>
  );
}

function download(): void {
  const { name: file, text } = exported();
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}

interface SectionProps {
  readonly id: string;
  readonly title: WorkbookWord;
  readonly text: WorkbookWord;
  readonly children?: ComponentChildren;
}

function Section({ id, title, text, children }: SectionProps) {
  return (
    <section class="chapter" aria-labelledby={`title-${id}`}>
      <h2 id={`title-${id}`}>{tw(title)}</h2>
      <p class="prose">{tw(text)}</p>
      {children}
      <Quiz key={language.value} id={id} />
    </section>
  );
}

/** Sentences one below the other. */
function Listed({ id, title, text }: Omit<SectionProps, 'children'>) {
  return (
    <section class="chapter" aria-labelledby={`title-${id}`}>
      <h2 id={`title-${id}`}>{tw(title)}</h2>
      <ul class="listed">
        {tw(text)
          .split('|')
          .map((line) => (
            <li key={line}>{line}</li>
          ))}
      </ul>
    </section>
  );
}

function Quiz({ id }: { id: string }) {
  const [chosen, choose] = useState<string | undefined>(undefined);
  const question = QUIZ[id]?.[language.value];
  if (!question) return null;
  const [right] = question.choices;
  // An order that does not give the answer away, the same at every visit.
  const turn = id.length % 3;
  const shown = [...question.choices.slice(turn), ...question.choices.slice(0, turn)];
  return (
    <fieldset class="quiz">
      <legend>
        {tw('quiz')}: {question.ask}
      </legend>
      <div class="row">
        {shown.map((choice) => (
          <label class="chip" key={choice}>
            <input type="radio" name={`quiz-${id}`} checked={chosen === choice} onChange={() => choose(choice)} />
            {choice}
          </label>
        ))}
      </div>
      <p role="status" class={chosen === right ? 'right' : 'hint'}>
        {chosen !== undefined &&
          `${tw(chosen === right ? 'quizRight' : 'quizWrong')} ${chosen === right ? question.why : ''}`}
      </p>
    </fieldset>
  );
}
