import type { Picture } from './picture.js';
export const luminanceOnly = (p: Picture) => p;
export const matchColors = (p: Picture, _to: Picture, _m: string) => p;
export const matchLuminance = (p: Picture, _to: Picture) => p;
export const withLuminanceOf = (_c: Picture, l: Picture) => l;
