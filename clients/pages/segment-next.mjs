// In a page: @segment/analytics-next, every call.
import { AnalyticsBrowser } from '@segment/analytics-next';

window.run = async ({ url, writeKey, person, calls }) => {
  const { context, company, order, product, traits } = calls;
  const analytics = AnalyticsBrowser.load(
    { writeKey, cdnURL: url },
    { integrations: { 'Segment.io': { apiHost: `${new URL(url).host}/v1`, protocol: 'http' } }, disableClientPersistence: false },
  );
  await analytics.identify(person, traits, { context });
  await analytics.track('Product Viewed', product, { context });
  await analytics.track('Order Completed', order, { context });
  await analytics.page('Home', {}, { context });
  await analytics.group('club', company, { context });
  await analytics.screen('Cart', {}, { context });
  await analytics.alias(person, `${person}-before`, { context });
};
