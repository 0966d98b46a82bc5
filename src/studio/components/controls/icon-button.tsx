import { Icon, type IconName } from './icons.js';

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does, for those who see the icon alone and for those who do not see it. */
  readonly name: string;
  readonly class: 'soft' | 'quiet';
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** A button that shows an icon alone. */
export function IconButton({ icon, name, class: look, disabled, onClick }: IconButtonProps) {
  return (
    <button type="button" class={look} disabled={disabled} aria-label={name} title={name} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
