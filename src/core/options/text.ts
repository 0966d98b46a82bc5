/** Options as people type them: on the command line, in addresses, in forms. */

/** `learningRate` as flags and recipes call it: `learning-rate`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A value as it would be typed: `512x384`, `conv1_1=0.2,conv2_1=0.2`. */
export function optionText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('width' in value && 'height' in value) return `${value.width}x${value.height}`;
  return Object.entries(value)
    .map(([layer, weight]) => (weight === 1 ? layer : `${layer}=${weight}`))
    .join(',');
}
