// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// solvers/: minimization of convex functions over sets; knows nothing of networks.

#include "icnn/solvers/black_box.hpp"
#include "icnn/solvers/bundle/cuts.hpp"
#include "icnn/solvers/bundle/entropy_bundle.hpp"
#include "icnn/solvers/bundle/entropy_master.hpp"
#include "icnn/solvers/bundle/level_bundle.hpp"
#include "icnn/solvers/bundle/localize.hpp"
#include "icnn/solvers/bundle/proximal_bundle.hpp"
#include "icnn/solvers/certificate.hpp"
#include "icnn/solvers/check_gradient.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/entropy_term.hpp"
#include "icnn/solvers/gradient/line_search.hpp"
#include "icnn/solvers/gradient/mirror_gradient.hpp"
#include "icnn/solvers/gradient/projected_gradient.hpp"
#include "icnn/solvers/newton/mirror_newton.hpp"
#include "icnn/solvers/newton/newton_step.hpp"
#include "icnn/solvers/newton/projected_newton.hpp"
#include "icnn/solvers/newton/truncated_newton.hpp"
#include "icnn/solvers/quadratic/cholesky.hpp"
#include "icnn/solvers/quadratic/implied_bounds.hpp"
#include "icnn/solvers/quadratic/interior_point.hpp"
#include "icnn/solvers/quadratic/multipliers.hpp"
#include "icnn/solvers/quadratic/polyhedron_region.hpp"
#include "icnn/solvers/quadratic/polytope.hpp"
#include "icnn/solvers/quadratic/quadratic_program.hpp"
#include "icnn/solvers/region.hpp"
#include "icnn/solvers/result.hpp"
#include "icnn/solvers/rounding.hpp"
#include "icnn/solvers/settings.hpp"
#include "icnn/solvers/simple_term.hpp"
#include "icnn/solvers/solve_log.hpp"
#include "icnn/solvers/status.hpp"
