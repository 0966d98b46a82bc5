import type { ComponentChildren } from 'preact';

export interface FileButtonProps {
  readonly children: ComponentChildren;
  readonly accept: string;
  readonly onFiles: (files: readonly File[]) => void;
  readonly multiple?: boolean;
  /** Opens the camera on phones. */
  readonly camera?: boolean;
  readonly class?: string;
  /** Where what is shown says too little. */
  readonly label?: string;
}

/** A button that opens the file chooser: an input inside its label, so that keyboard and readers know it. */
export function FileButton({
  children,
  accept,
  onFiles,
  multiple = false,
  camera = false,
  class: kind = 'soft',
  label,
}: FileButtonProps) {
  return (
    <label class={`${kind} file-button`}>
      {children}
      <input
        type="file"
        aria-label={label}
        title={label}
        accept={accept}
        multiple={multiple}
        {...(camera ? { capture: 'environment' as const } : {})}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}
