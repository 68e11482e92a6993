// cloudevents: one event in binary mode, one structured, two in a batch.
import { CloudEvent, emitterFor, HTTP, Mode } from 'cloudevents';

export const cloudEvents = {
  name: 'cloudevents',
  deadFirst: false,
  sent: 4,
  types: { 'item.viewed': 3, 'item.added': 1 },
  async run({ url, writeKey, person }) {
    const transport = async ({ headers, body }) => {
      const response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${writeKey}` },
        body,
      });
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      return response;
    };
    const event = (id, type = 'item.viewed') =>
      new CloudEvent({
        id,
        type,
        source: '/shop',
        subject: person,
        consent: 'personalise=granted train=granted analytics=granted',
        data: { product_id: 'tea' },
      });
    await emitterFor(transport, { mode: Mode.BINARY })(event('b-1'));
    await emitterFor(transport, { mode: Mode.STRUCTURED })(event('s-1', 'item.added'));
    // The SDK reads batches but writes none: its structured events, put together as the standard says.
    const batch = ['t-1', 't-2'].map((id) => HTTP.structured(event(id)).body);
    await transport({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body: `[${batch.join(',')}]` });
  },
};
