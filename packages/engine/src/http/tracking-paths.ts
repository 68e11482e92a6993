// The paths to which Segment's and RudderStack's clients send, and what a body means that comes there. Browsers use the short forms.

/** A call of the tracking API, or a batch of them; a batch path also takes one event that names its own type. */
export type TrackingCall = 'batch' | 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';

const calls: { readonly [call in TrackingCall]: readonly string[] } = {
  batch: ['/v1/batch', '/v1/b', '/v1/import', '/beacon/v1/batch'],
  track: ['/v1/track', '/v1/t'],
  identify: ['/v1/identify', '/v1/i'],
  page: ['/v1/page', '/v1/p'],
  screen: ['/v1/screen', '/v1/s'],
  group: ['/v1/group', '/v1/g'],
  alias: ['/v1/alias', '/v1/a'],
};

const names = ['batch', 'track', 'identify', 'page', 'screen', 'group', 'alias'] as const;

export const trackingPaths: ReadonlyMap<string, TrackingCall> = new Map(
  names.flatMap((call) => calls[call].map((path): [string, TrackingCall] => [path, call])),
);
