import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { expected } from '../../../core/errors.js';
import { type OptionName, optionMeta, optionsSchema } from '../../../core/options/options.js';
import { optionText } from '../../../core/options/text.js';
import { chosen, options, setOption } from '../../state.js';
import { optionWords } from '../../words/option-words.js';
import { isWord, t } from '../../words/words.js';
import { Select } from '../controls/select.js';

const NAMES = Object.keys(optionsSchema.shape) as OptionName[];

/** Every option of the schema, grouped as it says; new ones appear by themselves. */
export function Advanced() {
  const groups = [...new Set(NAMES.map((name) => optionMeta(name).group))];
  return (
    <details class="advanced">
      <summary>{t('advanced')}</summary>
      {groups.map((group) => {
        const word = `group.${group}`;
        return (
          <fieldset key={group}>
            <legend>{isWord(word) ? t(word) : group}</legend>
            {NAMES.filter((name) => optionMeta(name).group === group).map((name) => (
              <OptionField key={name} name={name} />
            ))}
          </fieldset>
        );
      })}
      <button type="button" class="soft" onClick={() => (chosen.value = {})}>
        {t('reset')}
      </button>
    </details>
  );
}

function OptionField({ name }: { name: OptionName }) {
  const id = useId();
  const problem = useSignal('');
  const { label, help } = optionWords(name);
  const { choices, expects } = optionMeta(name);
  const value = options.value[name];
  const text = value === undefined ? '' : optionText(value);
  const set = (input: string) => {
    if (input.trim() === '') {
      problem.value = '';
      setOption(name, undefined);
      return;
    }
    const result = optionsSchema.shape[name].safeParse(input);
    problem.value = result.success ? '' : expected(expects, label, input).message;
    if (result.success) setOption(name, result.data);
  };
  if (choices) {
    return (
      <Select
        label={label}
        help={help}
        value={text}
        choices={choices.map((choice) => ({ value: choice, text: choice }))}
        onChange={set}
      />
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        spellcheck={false}
        autocomplete="off"
        value={text}
        aria-invalid={problem.value !== ''}
        aria-describedby={`${id}-help`}
        onChange={(event) => set(event.currentTarget.value)}
      />
      <p
        class={problem.value === '' ? 'hint' : 'hint problem'}
        id={`${id}-help`}
        role={problem.value === '' ? undefined : 'alert'}
      >
        {problem.value || help}
      </p>
    </div>
  );
}
