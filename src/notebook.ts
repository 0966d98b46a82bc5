/** The teaching notebook function by function, in Node; browsers get `notebook/notebook.ts` under the same name. */
export * from './notebook/node.js';
