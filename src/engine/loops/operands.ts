import type { Atom, Expr, Index, Loop, Tensor } from '../ir/loopForm.js';

/** The expressions that a loop is made of. */
function expressionsOf(loop: Loop): readonly Expr[] {
  return loop.kind === 'contraction' ? [loop.a, loop.b, loop.out] : [loop.expr];
}

/** The tensors that a tensor is computed from, each once, in the order in which its loop names them. */
export function operandsOf({ source }: Tensor): Tensor[] {
  return source.kind === 'external' || source.kind === 'constant' ? [] : tensorsIn(expressionsOf(source));
}

/** The tensors that expressions read, each once. */
export function tensorsIn(expressions: readonly Expr[]): Tensor[] {
  const found = new Set<Tensor>();
  const visit = (index: Index) => {
    for (const atom of atomsOf(index)) if (atom.kind === 'data') found.add(atom.tensor);
  };
  for (const expr of subexpressions(expressions)) {
    if (expr.kind === 'load') found.add(expr.tensor);
    indicesOf(expr).forEach(visit);
  }
  return [...found];
}

/** The computed tensors that these depend on, and these themselves, operands first. */
export function computedTensors(roots: readonly Tensor[], isKnown: (tensor: Tensor) => boolean): Tensor[] {
  const seen = new Set<Tensor>();
  const pending = [...roots];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    const { kind } = tensor.source;
    if (seen.has(tensor) || isKnown(tensor) || kind === 'external' || kind === 'constant') continue;
    seen.add(tensor);
    pending.push(...operandsOf(tensor));
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** These and all that they are made of, each once. */
export function subexpressions(roots: readonly Expr[]): Set<Expr> {
  const found = new Set<Expr>();
  const visit = (expr: Expr) => {
    if (found.has(expr)) return;
    found.add(expr);
    partsOf(expr).forEach(visit);
  };
  roots.forEach(visit);
  return found;
}

/** The expressions that an expression is made of directly. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'unary':
      return [expr.x];
    case 'binary':
    case 'select':
      return [expr.x, expr.y];
    case 'positive':
      return [expr.of, expr.x, expr.y];
    default:
      return [];
  }
}

/** The indices that an expression itself has. */
export function indicesOf(expr: Expr): readonly Index[] {
  switch (expr.kind) {
    case 'load':
      return expr.index;
    case 'fromIndex':
      return [expr.index];
    case 'select':
      return expr.where.map(({ index }) => index);
    default:
      return [];
  }
}

const atoms = new WeakMap<Index, readonly Atom[]>();

/** The atoms of an index, and those within them. */
export function atomsOf(index: Index): readonly Atom[] {
  let found = atoms.get(index);
  if (found === undefined) {
    found = index.terms.flatMap(({ atom }) => withInner(atom));
    atoms.set(index, found);
  }
  return found;
}

/** An atom and those within it. */
export function withInner(atom: Atom): Atom[] {
  if (atom.kind === 'variable') return [atom];
  return [atom, ...(atom.kind === 'data' ? atom.index : [atom.index]).flatMap(atomsOf)];
}
