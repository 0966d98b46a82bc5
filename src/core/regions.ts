export const maskAt = (mask: Float32Array, ..._rest: unknown[]) => mask;
