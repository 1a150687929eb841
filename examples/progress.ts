import { SingleBar } from 'cli-progress';

/** What stands behind the bar. */
export interface Measures {
  readonly loss: number;
  readonly accuracy?: number;
}

/** A progress bar of training steps with loss, accuracy (where there is one), steps/s and the time left. */
export function progressBar(label: string, steps: number) {
  const started = performance.now();
  const bar = new SingleBar({
    format: `${label} {bar} {value}/{total} steps | {measures} | {rate} steps/s | {left} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    fps: 5,
    // Without a terminal a line now and then tells as much.
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(steps, 0, { measures: 'loss –', rate: '–', left: '–' });
  return {
    update(step: number, { loss, accuracy }: Measures): void {
      const measured = `loss ${loss.toFixed(4)}`;
      const perSecond = (1000 * step) / (performance.now() - started);
      bar.update(step, {
        measures: accuracy === undefined ? measured : `${measured} | accuracy ${(100 * accuracy).toFixed(1)} %`,
        rate: perSecond.toFixed(0),
        left: `${Math.ceil((steps - step) / perSecond)} s`,
      });
    },
    stop: () => bar.stop(),
  };
}
