// GET /.well-known/gpc.json: that this server abides by Global Privacy Control, in the form of its specification (section "GPC Support
// Representation"): a JSON object with a boolean `gpc` and an RFC 3339 date on which the statement was made. It belongs on the origin of
// the site that people visit; docs/gpc.md says how it gets there.
import type { RouteTable } from './route-table.js';

/** `lastUpdate`: when what objection-signal.ts does was last decided. Later changes of the standard do not change what it says. */
export const gpcSupport = { gpc: true, lastUpdate: '2026-11-29' } as const;

export function addGpcSupport(table: RouteTable): void {
  table.add(
    'GET',
    '/.well-known/gpc.json',
    { needs: 'none', browser: true },
    () => new Response(JSON.stringify(gpcSupport), { headers: { 'Content-Type': 'application/json' } }),
  );
}
