/** The client has left a request unfinished for too long. */
export class LateContent extends Error {
  /** @param ms how long nothing came */
  constructor(ms: number) {
    super(`the client sent nothing more of its request for ${ms} ms`);
    this.name = 'LateContent';
  }
}
