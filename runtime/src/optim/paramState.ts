import { registerSerializationState, type SerializationState } from '../serialization/stateDict';
import { registerPytreeNode } from '../tree';

/**
 * Makes a class of parameter states a pytree and serializable. `fields` are the constructor's parameters in order, each
 * a field of the same name, with their names in Flax's state dicts; `older` says where those of Flax 0.1 differ.
 */
export function registerParamState<
  T extends object,
  const F extends Readonly<Partial<Record<keyof T & string, string>>>,
>(cls: new (...fields: never[]) => T, fields: F, older?: SerializationState<T>['older']): void {
  const names = Object.keys(fields) as (keyof T & string)[];
  const make = cls as unknown as new (...fields: readonly unknown[]) => T;
  registerPytreeNode(cls, {
    flatten: (state) => ({ children: names.map((name) => state[name]), keys: names }),
    unflatten: (_, children) => new make(...children),
    integers: names.filter((name) => name === 'step'),
  });
  registerSerializationState(cls, {
    toStateDict: (state) => Object.fromEntries(names.map((name) => [fields[name], state[name]])),
    fromStateDict: (_, parts) => new make(...names.map((name) => parts[fields[name] as string])),
    ...(older && { older }),
  });
}
