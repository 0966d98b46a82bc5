/** Whether the core takes a mask for each style yet: the brush is offered where it does. */
export const REGIONS_READY: boolean = false;
