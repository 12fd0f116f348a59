/** Where a thread starts that runs simulations: see src/cli/seedworker.ts. */
require('./load.js').load('seedworker.js');
