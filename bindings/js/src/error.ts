// The one kind of error of the package, as gerbil::Error is that of the library.

/** What kind of failure it is, by the names of `gerbil::ErrorCode`. */
export type ErrorCode =
  | "invalid_argument" // the caller passed something outside the documented range
  | "not_found" // a file, model or device does not exist
  | "unsupported" // valid input, but something that gerbil or this browser does not have
  | "corrupt" // a file contradicts its own format, or its hash
  | "context_full" // prompt and max_tokens do not fit into the context
  | "device_lost" // the GPU went away; load the model again to go on
  | "out_of_memory" // the device or the KV cache cannot hold what was asked for
  | "overloaded" // too many requests wait already; try again later
  | "unavailable" // what is needed cannot be had now: no network, no room
  | "denied" // a server does not let this user have it
  | "timeout" // the deadline of a request passed before it was done
  | "cancelled" // the caller ended the work before it was done
  | "internal"; // a bug in gerbil, or a failure of the system that it did not expect

/** What gerbil throws. `message` is a full sentence: what was wrong, the offending value, and what would be right. */
export class GerbilError extends Error {
  override readonly name = "GerbilError";

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}
