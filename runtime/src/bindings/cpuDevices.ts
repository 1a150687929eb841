/** How many devices the CPU counts as. TensorFlow takes the number when it starts. */

/** More would be a mistake: they share one CPU. */
const MOST = 512;

const state: { count: number | undefined; started: boolean } = { count: undefined, started: false };

/** What was set, else what the environment variable DISTAFF_CPU_DEVICES says, else 1. */
export function cpuDevices(): number {
  state.count ??= checked('DISTAFF_CPU_DEVICES', Number(process.env.DISTAFF_CPU_DEVICES || 1));
  return state.count;
}

/** Throws RangeError for what is no count, and Error once TensorFlow has started with another one. */
export function setCpuDevices(count: number): void {
  checked('config.cpuDevices', count);
  if (state.started && count !== state.count) {
    throw new Error(
      `config.cpuDevices cannot become ${count}: TensorFlow has started with ${state.count}. Set it before the first ` +
        `tensor is made, or start the program with DISTAFF_CPU_DEVICES=${count}.`,
    );
  }
  state.count = count;
}

/** The number for TensorFlow's start, which changes no more. */
export function takeCpuDevices(): number {
  const count = cpuDevices();
  state.started = true;
  return count;
}

function checked(name: string, count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  throw new RangeError(`${name} is a whole number from 1 to ${MOST}, got ${String(count)}.`);
}
