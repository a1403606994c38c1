/** A list of numbers that may get very long: eight bytes each, and none boxed. */
export class GrowingNumbers {
  length = 0;
  private values = new Float64Array(1_024);

  push(value: number): void {
    if (this.length === this.values.length) {
      const more = new Float64Array(this.values.length * 2);
      more.set(this.values);
      this.values = more;
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index] ?? Number.NaN;
  }

  /** A copy. */
  toArray(): Float64Array {
    return this.values.slice(0, this.length);
  }
}
