// Asio itself: its functions are compiled here once, and only declared elsewhere.
#include <boost/asio/impl/src.hpp>
