// @rudderstack/rudder-sdk-node: every call, to a server that is not there yet; it retries.
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { company, context, order, product, traits } from './tracking-calls.mjs';

export const rudderNode = {
  name: '@rudderstack/rudder-sdk-node',
  deadFirst: true,
  sent: 7,
  types: { 'item.viewed': 1, 'order.completed': 1, identify: 1, 'page.viewed': 1, screen: 1, group: 1, alias: 1 },
  async run({ url, writeKey, person }) {
    const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl: url, flushAt: 20, flushInterval: 60_000, maxFlushSizeInMB: 1 });
    analytics.track({ userId: person, event: 'Product Viewed', properties: product, context });
    analytics.track({ userId: person, event: 'Order Completed', properties: order, context });
    analytics.identify({ userId: person, traits, context });
    analytics.page({ userId: person, name: 'Home', context });
    analytics.screen({ userId: person, name: 'Cart', context });
    analytics.group({ userId: person, groupId: 'club', traits: company, context });
    analytics.alias({ userId: person, previousId: `${person}-before`, context });
    await analytics.flush();
  },
};
