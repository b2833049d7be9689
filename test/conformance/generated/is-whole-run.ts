/** Whether every case is to be judged, and not a sample: `GENERATED_CASES=whole`, by hand. */
export const isWholeRun = process.env["GENERATED_CASES"] === "whole";
