/** Addresses of files expire after a quarter of an hour: a page that stays open longer asks for fresh ones. */
import type { Client } from "mediadock";

export async function freshen(client: Client, assetId: number): Promise<void> {
  const asset = await client.asset(assetId).catch(() => null); // gone, or out of reach: what is shown stays
  const seq = client.store.getState().assets[assetId]?.seq;
  if (!asset || seq === undefined) return;
  // It is no event: newer than the last one of this file, older than every event to come.
  const between = seq + (Math.floor(seq) + 1 - seq) / 2;
  client.store.dispatch({ type: "asset_read", seq: between, data: { ...asset } });
}
