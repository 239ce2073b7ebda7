# Finds Python's headers and pybind11 where FATHOM_PYTHON asks for the package `fathom`, or for whatever there is.
#
# The interpreter is Python3_EXECUTABLE; unless that is given, Debian's (/usr/bin/python3) before another that comes first
# on the PATH. Sets FATHOM_PYTHON to ON or OFF.
if(NOT Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "Python for which the package is built")
endif()

if(FATHOM_PYTHON)
  find_package(Python3 3.9 QUIET COMPONENTS Interpreter Development.Module)
  set(problem "")
  if(NOT Python3_FOUND)
    set(problem "the headers of ${Python3_EXECUTABLE} are not there (python3-dev)")
  else()
    find_package(pybind11 2.10 CONFIG QUIET)
    if(NOT pybind11_FOUND)
      set(problem "pybind11 is not there (pybind11-dev)")
    endif()
  endif()
  if(NOT problem)
    message(STATUS "Building the Python package for ${Python3_EXECUTABLE} (Python ${Python3_VERSION})")
    set(FATHOM_PYTHON ON)
  elseif(FATHOM_PYTHON STREQUAL "AUTO")
    message(STATUS "Building without the Python package: ${problem}")
    set(FATHOM_PYTHON OFF)
  else()
    message(FATAL_ERROR "FATHOM_PYTHON is ${FATHOM_PYTHON}, and ${problem}")
  endif()
endif()
