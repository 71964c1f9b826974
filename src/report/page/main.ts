import {confusionMatrices} from './confusion.js';
import {learningCurves} from './curves.js';
import type {PageData, RunData} from './data.js';
import {differences} from './differences.js';
import {fill, h} from './dom.js';
import {pageHeader, verdictCard} from './header.js';
import {followRuns} from './live.js';
import {unpack} from './pack.js';
import {runDetails} from './run-details.js';
import {State} from './state.js';
import {settingsOverview} from './sweep.js';
import {sweepsSection} from './sweeps.js';
import {runTable} from './table.js';

/** Builds the page: the same for a report and for runs that are watched. @param extra what a live page adds to a run */
function showPage(data: PageData, extra?: (run: RunData) => HTMLElement): State {
  const state = new State(data);
  const main = h(
    'main',
    {},
    verdictCard(state),
    sweepsSection(state),
    runTable(state),
    learningCurves(state),
    settingsOverview(state),
    confusionMatrices(state),
    differences(state),
    runDetails(state, extra),
  );
  const root = h('div', {id: 'page'});
  const note = data.mode === 'report' ? 'Everything is in this file; it loads nothing.' : 'It reads run folders only.';
  const footer = h('footer', {}, `Made by exp ${data.version}. Charts: Apache ECharts. ${note}`);
  fill(root, pageHeader(state, main), main, footer);
  document.body.replaceChildren(root);
  document.documentElement.dataset.ready = 'true';
  return state;
}

const embedded = document.getElementById('data');
if (embedded) showPage(unpack(JSON.parse(embedded.textContent ?? '')));
else followRuns(showPage);
