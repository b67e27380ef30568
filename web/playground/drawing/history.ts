/** States of something that can be gone back and forth in. */
export class History<State> {
  private readonly states: State[];
  private at = 0;

  constructor(
    first: State,
    private readonly most = 200,
  ) {
    this.states = [first];
  }

  get current(): State {
    return this.states[this.at];
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.states.length - 1;
  }

  /** What was undone before is gone. */
  add(state: State): void {
    this.states.splice(this.at + 1, this.states.length, state);
    if (this.states.length > this.most) this.states.shift();
    this.at = this.states.length - 1;
  }

  undo(): void {
    if (this.canUndo) this.at--;
  }

  redo(): void {
    if (this.canRedo) this.at++;
  }
}
