import { currentScope } from './scope.js';
import { type OpDefinition, Value } from './value.js';

/** Builds a value of one op. */
export type OpBuilder<Attributes> = (inputs: readonly Value[], attributes: Attributes) => Value;

/** Turns a definition into the function that builds values of it. */
export function defineOp<Attributes>(definition: OpDefinition<Attributes>): OpBuilder<Attributes> {
  return (inputs, attributes) => {
    const type = definition.type(
      inputs.map((input) => input.type),
      attributes,
    );
    return new Value({
      kind: 'op',
      op: definition as OpDefinition,
      inputs,
      attributes,
      type,
      scope: currentScope(),
    });
  };
}
