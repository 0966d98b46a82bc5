import { type ExamplePhoto, type ExampleStyle, thumbnailUrl } from '../../examples.js';
import { t } from '../../words/words.js';

interface ExampleButtonsProps<Name> {
  readonly names: readonly Name[];
  onChoose(name: Name): void;
}

/** Small examples in a row, one of which is taken. */
export function ExampleButtons<Name extends ExamplePhoto | ExampleStyle>({
  names,
  onChoose,
}: ExampleButtonsProps<Name>) {
  return names.map((name) => (
    <button
      type="button"
      class="tiny"
      key={name}
      aria-label={t(`example.${name}`)}
      title={t(`example.${name}`)}
      onClick={() => onChoose(name)}
    >
      <img src={thumbnailUrl(name)} alt="" />
    </button>
  ));
}
