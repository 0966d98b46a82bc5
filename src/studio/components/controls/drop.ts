/** Drag and drop, for whatever element takes files. */
import { useSignal } from '@preact/signals';
import { openFiles, type Place } from '../../actions/pictures.js';

/** Properties for the element, and whether files hover over it. */
export function useDrop(place: Place) {
  const over = useSignal(false);
  return {
    over,
    handlers: {
      onDragOver: (event: DragEvent) => {
        event.preventDefault();
        over.value = true;
      },
      onDragLeave: () => {
        over.value = false;
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        over.value = false;
        openFiles(event.dataTransfer?.files ?? [], place);
      },
    },
  };
}
