import './element.js';
import { keepForOffline } from './offline.js';

// The page: one element that fills it, set up by the page's address.

const element = document.querySelector('pix2pix-translate'); // none in a page that was opened as a file
const backend = new URL(location.href).searchParams.get('backend');
if (backend !== null) element?.setAttribute('backend', backend);
if (window.self !== window.top) document.documentElement.classList.add('framed');
element?.addEventListener('ready', () => void keepForOffline());
