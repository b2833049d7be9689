/** Two ways of doing the same to each input, timed in turns so that both meet the same weather. */
export interface Pair {
  /** Microseconds for one input, one sample a slice. */
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** The first over the second, slice by slice. */
  readonly ratios: readonly number[];
}

/** Slices of warm-up: the first ones are compiled while they run. */
const warmUpSlices = 5;

export async function timeInTurns<Input>(
  inputs: readonly Input[],
  slices: number,
  first: (input: Input) => unknown,
  second: (input: Input) => unknown,
): Promise<Pair> {
  const pair = { first: [] as number[], second: [] as number[], ratios: [] as number[] };
  for (let slice = -warmUpSlices; slice < slices; slice++) {
    const isFirstAhead = slice % 2 === 0;
    const ahead = await timeEach(inputs, isFirstAhead ? first : second);
    const behind = await timeEach(inputs, isFirstAhead ? second : first);
    if (slice < 0) continue;
    const [a, b] = isFirstAhead ? [ahead, behind] : [behind, ahead];
    pair.first.push(a);
    pair.second.push(b);
    pair.ratios.push(a / b);
  }
  return pair;
}

/** Microseconds for one input. What returns a promise is awaited, and nothing else is. */
async function timeEach<Input>(
  inputs: readonly Input[],
  run: (input: Input) => unknown,
): Promise<number> {
  const start = process.hrtime.bigint();
  for (const input of inputs) {
    const result = run(input);
    if (result instanceof Promise) await result;
  }
  return Number(process.hrtime.bigint() - start) / 1_000 / inputs.length;
}
