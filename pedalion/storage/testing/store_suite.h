#pragma once
// The suite that every Store passes. A test source includes it and instantiates StoreSuite with its
// StoreUnderTest.
#include "pedalion/storage/testing/suite_basics.h"
#include "pedalion/storage/testing/suite_concurrency.h"
#include "pedalion/storage/testing/suite_list.h"
#include "pedalion/storage/testing/suite_watch.h"
