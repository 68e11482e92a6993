// In a page: @rudderstack/analytics-js in its bundled form (the other loads plug-ins from a CDN), every call it has.
import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';

window.run = async ({ url, writeKey, person, calls }) => {
  const { company, order, product, traits, context } = calls;
  const analytics = new RudderAnalytics();
  await new Promise((resolve) => {
    analytics.load(writeKey, url, { configUrl: url, onLoaded: resolve, polyfillIfRequired: false });
  });
  analytics.identify(person, traits, { context });
  analytics.track('Product Viewed', product, { context });
  analytics.track('Order Completed', order, { context });
  analytics.page('shop', 'Home', {}, { context });
  analytics.group('club', company, { context });
  analytics.alias(person, `${person}-before`, { context });
};
