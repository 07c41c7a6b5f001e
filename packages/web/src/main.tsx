import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/api-error.ts';
import { showPreferences } from './app/preferences.ts';
import { createRenewal } from './app/renewal.ts';
import { router } from './app/router.tsx';
import { styleNonce } from './app/style-nonce.ts';
import './styles.css';

/** A page that cannot load its parts soon after it began would reload without an end. */
const renewMsMin = 5_000;
const renew = createRenewal();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refused stays refused; what did not reach it is tried again.
      retry: (failures, error) =>
        failures < 3 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
      retryDelay: (failures) => Math.min(8_000, 500 * 2 ** failures),
      refetchOnWindowFocus: true,
      staleTime: 1_000,
    },
  },
});

showPreferences();
// A part that was not loaded yet is gone when the server was renewed: the page begins anew with the new parts.
addEventListener('vite:preloadError', () => {
  if (performance.now() >= renewMsMin) void renew();
});

const place = document.getElementById('root');
if (place === null) throw new Error('the page has no place for its content');
createRoot(place).render(
  <StrictMode>
    <CSPProvider nonce={styleNonce()}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
