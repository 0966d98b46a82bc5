import { useId } from 'preact/hooks';

export interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** The value as people read it. */
  readonly text: string;
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
  /** Where the label stands beside it already. */
  readonly hideLabel?: boolean;
  /** What the two ends mean. */
  readonly ends?: readonly [string, string];
}

export function Slider({
  label,
  min,
  max,
  step,
  value,
  text,
  onChange,
  disabled = false,
  hideLabel = false,
  ends,
}: SliderProps) {
  const id = useId();
  return (
    <div class="slider">
      <div class="slider-head">
        <label for={id} class={hideLabel ? 'unseen' : ''}>
          {label}
        </label>
        <output for={id}>{text}</output>
      </div>
      <input
        id={id}
        type="range"
        // Where one comes back to the page, browsers put the handle where it was: the page knows better.
        autocomplete="off"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={text}
        style={{ '--done': `${((value - min) / (max - min)) * 100}%` }}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      {ends && (
        <div class="slider-ends" aria-hidden="true">
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </div>
      )}
    </div>
  );
}
