/** Tells running orders something. */
export interface RunMessages {
  /** Sends a message to the run of an order. One that has ended or can't be reached is no error: runs look again. */
  tell(orderId: string, message: string): Promise<void>;
}
