import { useId } from 'preact/hooks';

export interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  readonly help?: string;
}

export function Select({ label, value, choices, onChange, disabled = false, help }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        // As of sliders.
        autocomplete="off"
        value={value}
        disabled={disabled}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
      {help !== undefined && (
        <p class="hint" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}
