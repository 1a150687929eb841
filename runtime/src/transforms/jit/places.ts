/** Where in the user's code something went wrong that was found while it was recorded. */
import { userFrame, withWholeStacks } from '../../bindings/userFrame';

/** Errors that tell already where they come from: functions that are recorded may be inside one another. */
const told = new WeakSet<Error>();

/** Runs `fn`; an error that Distaff or TensorFlow throws names the user's line, and its stack begins there. */
export function tellingPlaces<R>(name: string, fn: () => R): R {
  return withWholeStacks(() => {
    try {
      return fn();
    } catch (error) {
      if (error instanceof Error && !told.has(error)) tell(name, error);
      throw error;
    }
  });
}

function tell(name: string, error: Error): void {
  told.add(error);
  const { message, stack = '' } = error;
  const place = userFrame(stack);
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const users = frames.filter((line) => userFrame(`\n${line}`) !== undefined);
  // What the user's code throws itself is the user's to word.
  if (place === undefined || users[0] === frames[0]) return;
  if (!message.includes(place)) error.message = `${message}\n  at ${place}, inside jit of ${name}`;
  error.stack = `${error.name}: ${error.message}\n${[...users, ...frames.filter((line) => !users.includes(line))].join('\n')}`;
}
