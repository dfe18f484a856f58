/**
 * A policy of the user's own has thrown, or chosen what cannot be. `message` says which and what;
 * `cause` is what it has thrown. Nothing was booked for the request.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}
