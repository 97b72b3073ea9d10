#!/bin/sh
# The versions that the demo's services were built as, the newest first.
case $1 in
shop) printf '%s\n' 3.4.0 3.3.0 3.2.4 3.2.3 ;;
search) printf '%s\n' 1.9.1 1.9.0 1.8.7 ;;
payments) printf '%s\n' 5.1.0 5.0.2 5.0.1 ;;
mail) printf '%s\n' 0.8.1 0.8.0 0.7.9 0.7.8 ;;
esac
